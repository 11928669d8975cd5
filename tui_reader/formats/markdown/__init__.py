"""The Markdown format, with the HTML inside Markdown."""
