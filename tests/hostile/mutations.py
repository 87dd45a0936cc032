"""Spoil bytes and trees, seeded: the same number gives the same spoilt input everywhere."""

import copy

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


def spoil_bytes(seed: bytes, rng: np.random.Generator) -> bytes:
    """Change, insert, delete, repeat or cut a few bytes."""
    data = bytearray(seed)
    for _ in range(int(rng.integers(1, 6))):
        if not data:
            break
        at, kind = int(rng.integers(len(data))), int(rng.integers(7))
        if kind == 0:
            data[at] = int(rng.integers(256))
        elif kind == 1:
            data[at] ^= 1 << int(rng.integers(8))
        elif kind == 2:
            data[at:at] = rng.bytes(int(rng.integers(1, 9)))
        elif kind == 3:
            del data[at : at + int(rng.integers(1, 9))]
        elif kind == 4:
            size = int(rng.choice([1, 2, 4, 8]))
            data[at : at + size] = int(rng.choice([0, 1, 0x7F, 0x80, 0xFF])).to_bytes(1, "little") * size
        elif kind == 5 and rng.random() < 0.3:
            del data[at:]
        else:
            other = int(rng.integers(len(data)))
            piece = data[other : other + int(rng.integers(1, 33))]
            data[at : at + len(piece)] = piece
    return bytes(data)


def spoil_tree(seed, rng: np.random.Generator):
    """Replace, remove, double, cut or swap one to three nodes of a copy."""
    tree = copy.deepcopy(seed)
    for _ in range(int(rng.integers(1, 4))):
        tree = _spoil_node(tree, rng)
    return tree


def _spoil_node(node, rng: np.random.Generator):
    inner = isinstance(node, (dict, list, tuple)) and len(node) > 0
    if inner and rng.random() < 0.85:
        if isinstance(node, dict):
            key = list(node)[int(rng.integers(len(node)))]
            roll = rng.random()
            if roll < 0.12:
                del node[key]
            elif roll < 0.18:
                node[str(rng.choice(["x", "train", "labels", "target", "id"]))] = node[key]
            else:
                node[key] = _spoil_node(node[key], rng)
            return node
        items = list(node)
        at = int(rng.integers(len(items)))
        if rng.random() < 0.15:
            items = items[:at] if rng.random() < 0.5 else items + items[at:]
        else:
            items[at] = _spoil_node(items[at], rng)
        return tuple(items) if isinstance(node, tuple) else items
    return _odd(node, rng)


def _odd(node, rng: np.random.Generator):
    if isinstance(node, np.ndarray) and node.ndim and rng.random() < 0.75:
        return _odd_array(node, rng)
    if rng.random() < 0.5:
        return ODD_ARRAYS[int(rng.integers(len(ODD_ARRAYS)))].copy()
    return copy.deepcopy(ODD_VALUES[int(rng.integers(len(ODD_VALUES)))])


def _odd_array(x: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    kind = int(rng.integers(12))
    if kind == 0:
        return x[: int(rng.integers(len(x) + 1))]
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
            return x.astype(rng.choice(["f2", "f8", ">f4", "i8", "u1", "?"]))
    y = x.copy()
    if y.size and y.dtype.kind == "f":
        with np.errstate(all="ignore"):
            y.reshape(-1)[int(rng.integers(y.size))] = rng.choice([np.nan, np.inf, -np.inf, 1e300, -5.0, 0.5])
    elif y.size and y.dtype.kind in "iu":
        y.reshape(-1)[int(rng.integers(y.size))] = np.array(rng.choice([-1, 0, 1, 99, 2**31 - 1])).astype(y.dtype)
    elif y.size and y.dtype.kind in "SU":
        y.reshape(-1)[int(rng.integers(y.size))] = ""
    return y
