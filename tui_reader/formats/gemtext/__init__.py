"""Gemtext, the format of pages in Geminispace."""
