"""Floor 4: marketplaces as TOML."""
