"""`demo`."""

import click


@click.command()
def demo() -> None:
    """Play the one-day timeline."""
