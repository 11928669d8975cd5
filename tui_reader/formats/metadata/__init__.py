"""Title, author, date and language: from front matter, else guessed from the text."""
