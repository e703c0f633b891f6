"""The database engines, SQLite and PostgreSQL: opening, connections, transactions, change notifications, errors."""
