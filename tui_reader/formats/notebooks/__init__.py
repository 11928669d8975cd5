"""Notebooks of Jupyter: Markdown, code and its output."""
