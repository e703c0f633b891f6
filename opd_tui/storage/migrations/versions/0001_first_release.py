"""Version 1, as opd-tui 0.1 made it: where every upgrade starts."""

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing comes before it."""
