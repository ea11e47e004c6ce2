"""Floor 5: what a shop's goods are, told by the shop's own words."""
