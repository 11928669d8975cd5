"""Anchors: descriptions of passages, and the search for them in changed texts. Pure functions.

All positions count in code points of an article's one text (`document.blocks`). A passage that is not found with
certainty is never given a range: a highlight on wrong words is worse than a question to the reader.
"""
