"""One module for each notebook that has exercises; each holds ``EXERCISES``."""
