"""Sinkhorn on the CPU: exponentials are taken once in many iterations, in between there are only products."""
