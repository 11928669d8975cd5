"""Modules that all text formats share: encodings, separation of header and body, running text."""
