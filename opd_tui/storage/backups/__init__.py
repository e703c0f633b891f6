"""Backups: making and restoring them, and forgetting a patient in them."""
