"""What the reader is about, as plain frozen records. No input or output happens here."""
