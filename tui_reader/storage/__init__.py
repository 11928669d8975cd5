"""The state that outlives the program. Only this package knows TinyDB."""
