"""The reading screen: its three panes, and in `actions/` the commands that work in them."""
