"""How fast hand-written C++ is on this machine: a ceiling, not a backend. It needs a compiler with OpenMP."""
