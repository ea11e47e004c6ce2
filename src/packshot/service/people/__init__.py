"""Who calls, and what they may: organisations, users, sessions, keys, limits."""
