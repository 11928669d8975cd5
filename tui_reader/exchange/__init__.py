"""Writers of quotes with their sources in formats that other programs read, one module per format."""
