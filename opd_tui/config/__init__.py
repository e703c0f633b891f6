"""The settings file: its options, reading it, and writing changes made on the screens back to it."""
