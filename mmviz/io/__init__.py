"""Stage ``io``."""
