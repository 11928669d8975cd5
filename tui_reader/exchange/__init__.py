"""Writers of quotes and annotations in formats of other programs, one module per format."""
