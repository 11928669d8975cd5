"""The list of annotations: of an article, or of the library."""
