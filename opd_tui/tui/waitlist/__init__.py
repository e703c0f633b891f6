"""Screen 2: the waitlist."""
