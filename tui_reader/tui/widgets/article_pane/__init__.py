"""The article pane: the header and the text of an article, painted row by row."""
