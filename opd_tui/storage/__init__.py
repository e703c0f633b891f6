"""Where the desk is kept: the only room that knows SQL."""
