"""Adapters to other packages behind our signatures: mamba-ssm's selective scan and POT's network simplex."""
