"""The settings file as the screens understand it."""
