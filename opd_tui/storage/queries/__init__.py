"""Queries, and mapping of rows to the domain model."""
