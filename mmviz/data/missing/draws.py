"""Random numbers that belong to a sample: made from seed, purpose and id, whatever is drawn before or beside them."""

import hashlib

import numpy as np


def _digest(seed: int, purpose: str, key: str) -> bytes:
    text = f"{seed}\0{purpose}\0{key}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=16).digest()


def uniform(seed: int, purpose: str, key: str) -> float:
    """Return one number in [0, 1), the same on every machine and version."""
    return (int.from_bytes(_digest(seed, purpose, key)[:8], "little") >> 11) / 2**53


def generator(seed: int, purpose: str, key: str) -> np.random.Generator:
    """Return a generator of its own for one sample and one purpose."""
    return np.random.Generator(np.random.Philox(key=np.frombuffer(_digest(seed, purpose, key), np.uint64)))
