"""What the main screens share."""
