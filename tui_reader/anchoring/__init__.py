"""Anchors: describing a passage so that it can be found again, and finding it. Pure functions on text.

All positions count in code points of an article's one text (`document.blocks`). A passage that is not found with
certainty is never given a range: painting the wrong words is worse than asking.
"""
