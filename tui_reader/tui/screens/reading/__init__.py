"""The reading screen: its three panes, and the commands that work in them, a file for each kind."""
