"""How fast the program is, each figure beside the floor of what lies under it; `python -m tests.benchmarks` runs it."""
