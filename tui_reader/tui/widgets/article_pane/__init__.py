"""The article pane: a page of head and text, painted row by row."""
