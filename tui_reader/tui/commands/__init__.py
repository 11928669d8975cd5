"""The one command table, and what derives from it: keys, footer, help, palette and the key sheet."""
