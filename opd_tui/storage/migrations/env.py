"""Alembic's environment: runs the migrations on the program's connection, within its transaction."""

from alembic import context

context.configure(connection=context.config.attributes["connection"])
context.run_migrations()
