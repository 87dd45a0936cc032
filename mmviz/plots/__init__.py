"""Stage ``plots``."""
