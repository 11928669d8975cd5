"""Describing a passage so that it is found again, and finding it again. Pure functions on text.

Everything counts in code points of an article's one text (`document.blocks`). A passage that is not certainly found is
never given a range: painting the wrong words is worse than asking.
"""
