"""Stage ``widgets``."""
