"""The settings file: what can be set, how the file is read, and how what the screens change is kept in it."""
