"""App services around the screens: command palette, backups, changes at other desks, shutdown."""
