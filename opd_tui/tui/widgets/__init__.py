"""General-purpose widgets, independent of the desk."""
