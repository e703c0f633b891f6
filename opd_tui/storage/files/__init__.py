"""Files and folders: access rights and the backup store."""
