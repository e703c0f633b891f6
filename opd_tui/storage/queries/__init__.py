"""Reads, from rows to the domain's values."""
