"""The records that all parts of the program use: immutable, without any input or output."""
