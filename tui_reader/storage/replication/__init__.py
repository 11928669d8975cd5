"""Registers, timestamps, and the merging of copies from other instances and machines."""
