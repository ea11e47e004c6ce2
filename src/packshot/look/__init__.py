"""Floor 2: one file answers one question about a photo."""
