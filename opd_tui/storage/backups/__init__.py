"""Copies of whole databases: taking, restoring, forgetting somebody in them."""
