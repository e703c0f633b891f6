"""The journal: entries, hash chains, folding events into rows, and verification of the tables."""
