"""The demo: the timeline from 09:00 to 09:50 as data, and its player."""
