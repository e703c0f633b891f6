"""Version 1, the schema of opd-tui 0.1: the base revision."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Do nothing: this is the base revision."""
