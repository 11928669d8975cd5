"""The screen that lists the annotations of an article or of the library."""
