"""The reading screen: three panes, and in `actions/` the commands of the panes."""
