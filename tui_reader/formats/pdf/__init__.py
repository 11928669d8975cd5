"""PDF: the text of pages as paragraphs in reading order, read by pdfium."""
