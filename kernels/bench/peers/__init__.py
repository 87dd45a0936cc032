"""Whom the operators are compared with."""
