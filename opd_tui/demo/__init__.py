"""The demo: the first fifty minutes as data, the busy day made from a seed, and their player."""
