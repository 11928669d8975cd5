"""The verbs of the product: open a library, read, note, undo. No toolkit, no screen."""
