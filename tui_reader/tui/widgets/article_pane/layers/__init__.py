"""The layers of the article pane: what is painted over the text, and the commands on it."""
