"""The terminal: its input as keys, pastes and mouse events, and the driver that reads it."""
