"""Data that can be rebuilt at any time."""
