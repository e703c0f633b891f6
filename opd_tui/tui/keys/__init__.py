"""Keys: what a command is, which keys it has, and the order in which they take effect."""
