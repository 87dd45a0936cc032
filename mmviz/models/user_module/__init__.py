"""A user's own ``nn.Module`` wrapped as a fusion model: ``mmviz.models.adapt``."""
