"""The commands of the reading screen, one module for each kind of command."""
