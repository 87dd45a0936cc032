"""Stage ``analysis``."""
