"""The store as the services use it: transactions, the writer thread, undo."""
