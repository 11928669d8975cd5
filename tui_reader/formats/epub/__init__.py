"""EPUB: the container, the package with its reading order and table of contents, and the text of the chapters."""
