"""packshot: judges product photos and mends them."""
