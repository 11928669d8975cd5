"""Services that use a library without a screen, for the command line and for scripts."""
