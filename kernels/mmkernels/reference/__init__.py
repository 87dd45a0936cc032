"""Reference implementations: one readable oracle per operator, which every fast backend is tested against."""
