"""Files compressed by gzip: the format of the file inside reads them."""
