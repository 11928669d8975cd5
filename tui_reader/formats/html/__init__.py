"""HTML: saved pages, and the conversion of HTML to blocks that other formats use."""
