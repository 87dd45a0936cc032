"""The coupled scan as Triton kernels, forward and backward, for NVIDIA GPUs."""
