"""How the networks of the package are made: one readable file a network."""
