"""Base classes and helpers of the main screens."""
