"""Services without a user interface: open a library, read, annotate, undo."""
