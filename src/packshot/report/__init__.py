"""Floor 6: a Report as text, JSON, CSV, SARIF, HTML."""
