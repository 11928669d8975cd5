"""Places that articles come from: folders, single files and standard input."""
