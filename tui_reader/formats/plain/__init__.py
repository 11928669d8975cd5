"""The plain text format, mainly for pasted pages."""
