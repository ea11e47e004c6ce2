"""A Ray cluster: who works there, who reads there, and how it is told that a machine has gone."""
