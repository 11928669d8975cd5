"""The plain text format, above all for pasted pages."""
