"""Sinkhorn between points on NVIDIA GPUs: costs are computed where they are used, and never stored."""
