"""Mail (RFC 5322 and MIME): newsletters and letters as articles."""
