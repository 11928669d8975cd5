"""Caches: data that the program can rebuild from the articles at any time."""
