"""The front desk of an outpatient department, in a terminal."""

__version__ = "0.2.0"
