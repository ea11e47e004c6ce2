"""Floor 7: the command line. One file a command; it asks, shows and sets the exit code, the work is below."""
