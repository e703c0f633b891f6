"""The domain model and the allocation rule: pure Python, without clock, storage or user interface."""
