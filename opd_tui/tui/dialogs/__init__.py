"""The app's dialogs, one a file."""
