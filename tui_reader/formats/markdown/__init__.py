"""Markdown, and the HTML inside it."""
