"""Screen 3: the doctors and their sessions."""
