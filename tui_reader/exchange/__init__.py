"""Other programs' forms for what a reader marks: one file a format, and a registry."""
