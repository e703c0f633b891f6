"""Opening a database, SQLite's or PostgreSQL's: connections, transactions, news, refusals."""
