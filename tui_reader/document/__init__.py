"""The document: one text per article with its structure, and its conversion to screen rows. No I/O."""
