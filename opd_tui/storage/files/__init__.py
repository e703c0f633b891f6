"""The database's files and folders: access, and where backups are kept."""
