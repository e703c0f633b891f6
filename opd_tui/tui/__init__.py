"""What the receptionist sees."""
