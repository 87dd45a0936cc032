"""GPU backend: Triton kernels for NVIDIA GPUs."""
