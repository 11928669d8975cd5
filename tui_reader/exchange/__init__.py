"""Formats that other programs read: quotes with their sources, one module and one row of the registry each."""
