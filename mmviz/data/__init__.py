"""Stage ``data``."""
