"""Printing of slips: their layout, and the printers."""
