"""Modules shared by all text formats: encodings, separation of header and body, running text."""
