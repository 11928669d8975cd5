"""One text per article, its structure, and conversion between text and rows. Pure: no I/O, no screen."""
