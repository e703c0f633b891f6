"""Rendering: cells, styles, symbols, and text for numbers, times and outcomes."""
