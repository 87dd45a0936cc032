"""State space building blocks: coupled and single Mamba blocks, coupling weights, experts, token order, alignment penalties."""
