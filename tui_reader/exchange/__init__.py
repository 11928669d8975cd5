"""Formats that other programs read: quotes with their sources, one module and registry row each."""
