"""User preferences from the settings file."""
