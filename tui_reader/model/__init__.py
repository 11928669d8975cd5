"""The records that the program works with, frozen and without any input or output."""
