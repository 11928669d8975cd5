"""Parts that all text formats share: encodings, the split of header and body, running text."""
