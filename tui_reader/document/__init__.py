"""One text per article, the structure over it, and the way from text to rows and back. Pure: no I/O, no screen."""
