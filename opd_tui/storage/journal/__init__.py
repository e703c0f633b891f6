"""The journal: entries, hash chains, the fold, and the proof that the tables agree with it."""
