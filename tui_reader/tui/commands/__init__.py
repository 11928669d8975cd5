"""The command table and what derives from it: bindings, keys, footer hints, help, key sheet."""
