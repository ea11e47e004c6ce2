"""Floor 3: one file a rule; a rule compares facts with a profile's limits."""
