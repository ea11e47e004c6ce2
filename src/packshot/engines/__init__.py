"""Floor 1: replaceable makers behind small protocols."""
