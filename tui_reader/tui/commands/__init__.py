"""The command table, and bindings, keys, footer hints, help and key sheet generated from it."""
