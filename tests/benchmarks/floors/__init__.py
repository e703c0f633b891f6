"""What the same costs without this program: bare Textual, and raw `sqlite3` doing the same statements."""
