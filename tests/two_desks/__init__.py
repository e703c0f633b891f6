"""Two desks in two real terminals, driven at once by keys alone, and what must be true of their database afterwards."""
