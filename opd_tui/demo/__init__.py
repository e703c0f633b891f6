"""The 09:00–09:50 timeline as data, and its player."""
