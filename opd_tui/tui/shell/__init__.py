"""What the app has around its screens: palette, backups, news of other desks, its end."""
