"""Registers, timestamps and the merging of copies from other windows and machines."""
