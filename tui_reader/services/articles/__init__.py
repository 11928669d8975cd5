"""The articles of a library: scanning, the catalogue, reading state, documents."""
