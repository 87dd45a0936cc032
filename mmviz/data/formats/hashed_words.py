"""Text without any model: every word becomes a signed one in one of a few columns (the hashing trick)."""

import re
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

COLUMNS = 64
LONGEST = 64
_WORD = re.compile(r"\w+|[^\w\s]")


def hashed_words(texts: Sequence[str]) -> list[NDArray[np.float32]]:
    """Turn texts into sequences of hashed words.

    Parameters
    ----------
    texts
        Any text.

    Returns
    -------
    list of ndarray
        (words, 64) each, at most 64 words; an empty text has no step. Column and sign come from the CRC-32 of the word
        in lower case, so they are the same everywhere.

    References
    ----------
    K. Weinberger et al., Feature hashing for large scale multitask learning, ICML 2009.
    """
    out = []
    for text in texts:
        words = [w.lower() for w in _WORD.findall(text[: 40 * LONGEST])[:LONGEST]]
        x = np.zeros((len(words), COLUMNS), np.float32)
        for i, word in enumerate(words):
            code = zlib.crc32(word.encode("utf-8", "replace"))
            x[i, code % COLUMNS] = 1 if code & 0x80000000 else -1
        out.append(x)
    return out
