"""Times the operators against their peers: first equality with the float64 reference, then speed, in the same run.

From the repository's root: ``PYTHONPATH=kernels:. python -m bench`` (``make bench``, ``make gpu``). It needs what mmkernels
needs; a peer that is not installed gives a row that says so.
"""
