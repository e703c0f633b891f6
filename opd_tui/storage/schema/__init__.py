"""Tables, constraints, indexes and triggers."""
