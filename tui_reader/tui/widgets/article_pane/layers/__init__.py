"""The layers of the article pane: each paints overlays on the text and implements their commands."""
