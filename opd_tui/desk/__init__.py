"""The service layer: actions, outcomes, reads and backups, for every user interface."""
