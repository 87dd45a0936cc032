"""Measurement of time and memory, and a record of the machine; used by kernels/bench, the efficiency study and tests/bars."""
