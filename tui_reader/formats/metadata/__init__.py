"""Title, author, date and language of an article, read from its header or guessed from its text."""
