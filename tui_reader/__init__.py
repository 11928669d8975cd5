"""Read long articles in the terminal and keep what matters from them."""

__version__ = "0.1.0"
