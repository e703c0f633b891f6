"""Screen 1: the slot board."""
