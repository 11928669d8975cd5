"""The panes and lines of the screen: they paint the given content and post messages for clicks."""
