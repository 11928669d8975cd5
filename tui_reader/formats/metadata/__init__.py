"""Title, author, date and language of an article, from its header or guessed from its text."""
