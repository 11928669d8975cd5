"""The command table, and the bindings, keys, footer hints, help and key sheet made from it."""
