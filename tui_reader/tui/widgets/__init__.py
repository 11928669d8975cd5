"""The panes and lines of the screen: they paint what they are given and tell what was clicked."""
