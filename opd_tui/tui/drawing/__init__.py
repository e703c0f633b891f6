"""How things are drawn: cells, styles, symbols, and words for numbers, times and outcomes."""
