"""Token widgets shared by the screens, and the panel that issues a token."""
