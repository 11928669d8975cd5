"""The store that the services use: transactions, the writer thread, and undo."""
