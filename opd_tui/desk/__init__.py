"""What a front desk does."""
