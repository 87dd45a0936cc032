"""Stage ``trace``."""
