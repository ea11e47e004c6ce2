"""Floor 0: pixels only. Knows no product, no rule."""
