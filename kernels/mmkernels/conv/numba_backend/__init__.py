"""The CPU backend of the causal convolution: one pass over the data forward, one backward."""
