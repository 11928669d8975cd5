"""Plain text, above all pasted pages."""
