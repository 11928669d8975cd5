"""Org, the format of Emacs Org mode."""
