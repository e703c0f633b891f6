"""Runs the migrations on the connection, and in the transaction, that the program hands over."""

from alembic import context

from opd_tui.storage.schema.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
context.run_migrations()
