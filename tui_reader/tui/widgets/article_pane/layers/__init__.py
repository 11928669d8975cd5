"""The layers of the article pane: each paints something over the text and has commands for it."""
