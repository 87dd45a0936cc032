"""The CPU backend of the gate: one pass over the data forward, one backward."""
