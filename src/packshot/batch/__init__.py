"""Floor 6: many photos, each accounted for."""
