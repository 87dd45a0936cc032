"""Stage ``models``."""
