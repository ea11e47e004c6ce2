"""REST /v1: what an integrator calls."""
