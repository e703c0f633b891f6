"""Screen 2: the waiting list."""
