"""One open library: its composition, its state in the store, opening and maintenance."""
