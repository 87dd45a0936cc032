"""Spoil bytes and trees, seeded: the same number gives the same spoilt input everywhere.

Numbers come from `random.Random`, which answers a single number several times as fast as a generator of NumPy.
"""

import copy
from random import Random

import numpy as np

ODD_VALUES = [
    None, True, 0, -1, 3, 2**40, 2**70, -(2**63), 1.5, float("nan"), float("inf"), -float("inf"), 1e300, "", "x", "\ud800", "a\0b", b"", b"\xff",
    [], {}, (), [None], [[]], [1, "x"], {"train": 1}, "test", ["a", "a", "a", "a"],
]  # fmt: skip
ODD_ARRAYS = [
    np.empty((0,)), np.empty((0, 3, 2)), np.empty((4, 0, 2)), np.empty((4, 3, 0)), np.array(None), np.array([None, 1], object),
    np.array([[1, 2], [3]], dtype=object), np.array(["a", "b"]), np.array([b"a"]), np.array(2.5), np.array(np.nan),
    np.full((4, 3, 2), np.nan), np.full((4, 3, 2), np.inf), np.zeros((4, 3, 2)), np.full((4,), 2**62), np.full(4, -1),
    np.array([1, 2], np.complex128), np.array(["2020-01-01"], "datetime64[D]"), np.full(4, 0.5), np.ones((4, 3, 2), bool),
    np.full((4, 3, 2), 1e300), np.array([2**64 - 1] * 4, np.uint64),
]  # fmt: skip


def numbers(seed: int, i: int) -> Random:
    """Give the random numbers that spoil input `i`."""
    return Random(seed << 64 | i)  # noqa: S311 - nothing secret


def spoil_bytes(seed: bytes, rng: Random) -> bytes:
    """Change, insert, delete, repeat or cut a few bytes."""
    data = bytearray(seed)
    for _ in range(rng.randrange(1, 6)):
        if not data:
            break
        at, kind = rng.randrange(len(data)), rng.randrange(7)
        if kind == 0:
            data[at] = rng.randrange(256)
        elif kind == 1:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 2:
            data[at:at] = rng.randbytes(rng.randrange(1, 9))
        elif kind == 3:
            del data[at : at + rng.randrange(1, 9)]
        elif kind == 4:
            size = rng.choice((1, 2, 4, 8))
            data[at : at + size] = bytes((rng.choice((0, 1, 0x7F, 0x80, 0xFF)),)) * size
        elif kind == 5 and rng.random() < 0.3:
            del data[at:]
        else:
            other = rng.randrange(len(data))
            piece = data[other : other + rng.randrange(1, 33)]
            data[at : at + len(piece)] = piece
    return bytes(data)


def frozen(seed):
    """Make every array of a tree read-only: a reader that wrote into what it was given would be found."""
    inner = seed.values() if isinstance(seed, dict) else seed if isinstance(seed, (list, tuple)) else ()
    for node in inner:
        frozen(node)
    if isinstance(seed, np.ndarray):
        seed.flags.writeable = False
    return seed


def spoil_tree(seed, rng: Random):
    """Replace, remove, double, cut or swap one to three nodes; only what leads there is copied, the seed stays as it is."""
    tree = seed
    for _ in range(rng.randrange(1, 4)):
        tree = _spoil_node(tree, rng)
    return tree


def _spoil_node(node, rng: Random):
    inner = isinstance(node, (dict, list, tuple)) and len(node) > 0
    if inner and rng.random() < 0.85:
        if isinstance(node, dict):
            node, key = dict(node), rng.choice(list(node))
            roll = rng.random()
            if roll < 0.12:
                del node[key]
            elif roll < 0.18:
                node[rng.choice(("x", "train", "labels", "target", "id"))] = node[key]
            else:
                node[key] = _spoil_node(node[key], rng)
            return node
        items = list(node)
        at = rng.randrange(len(items))
        if rng.random() < 0.15:
            items = items[:at] if rng.random() < 0.5 else items + items[at:]
        else:
            items[at] = _spoil_node(items[at], rng)
        return tuple(items) if isinstance(node, tuple) else items
    return _odd(node, rng)


def _odd(node, rng: Random):
    if isinstance(node, np.ndarray) and node.ndim and rng.random() < 0.75:
        return _odd_array(node, rng)
    if rng.random() < 0.5:
        return rng.choice(ODD_ARRAYS).copy()
    return copy.deepcopy(rng.choice(ODD_VALUES))


def _odd_array(x: np.ndarray, rng: Random) -> np.ndarray:
    kind = rng.randrange(12)
    if kind == 0:
        return x[: rng.randrange(len(x) + 1)]
    if kind == 1:
        return x.T.copy()
    if kind == 2:
        return x.reshape(-1)
    if kind == 3:
        return x[None]
    if kind == 4:
        return np.concatenate([x, x])
    if kind == 5:
        return x.astype(object)
    if kind == 6 and x.dtype.kind in "fiu":
        return x.astype(str)
    if kind == 7 and x.dtype.kind in "fiu":
        return x[..., : max(1, x.shape[-1] - 1)]
    if kind == 8 and x.dtype.kind in "fiub":
        with np.errstate(all="ignore"):
            return x.astype(rng.choice(("f2", "f8", ">f4", "i8", "u1", "?")))
    y = x.copy()
    if y.size and y.dtype.kind == "f":
        with np.errstate(all="ignore"):
            y.reshape(-1)[rng.randrange(y.size)] = rng.choice((np.nan, np.inf, -np.inf, 1e300, -5.0, 0.5))
    elif y.size and y.dtype.kind in "iu":
        y.reshape(-1)[rng.randrange(y.size)] = np.array(rng.choice((-1, 0, 1, 99, 2**31 - 1))).astype(y.dtype)
    elif y.size and y.dtype.kind in "SU":
        y.reshape(-1)[rng.randrange(y.size)] = ""
    return y
