"""Words or tokens of the steps of a text: one text per frame, kept with the samples; no model reads them."""

from collections.abc import Callable, Mapping, Set
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError


def tokens_key(modality: str) -> str:
    """Return the name under which ``Split.extras`` contains the tokens of a modality."""
    return f"tokens of {modality}"


def checked_tokens(values: Any, where: str) -> NDArray[Any]:
    """Return n lists of text as an object array (n,); None where the tokens of a sample are not known.

    Raises
    ------
    DataError
        If a sample has one text instead of a list, or a token is no text; the message names row and position.
    """
    out = np.empty(len(values), dtype=object)
    for i, row in enumerate(values):
        if row is None:
            continue
        if isinstance(row, (str, bytes, Mapping, Set)) or not hasattr(row, "__iter__"):
            raise DataError(
                f"{where}: row {i} is a {type(row).__name__} ({row!r:.60}); give a list of text, one per step, such as {str(row).split()[:3]!r:.80}"
            )
        found = [str(token) if isinstance(token, np.str_) else token for token in row]
        for k, token in enumerate(found):
            if type(token) is not str:
                raise DataError(
                    f"{where}: row {i}, position {k} is a {type(token).__name__} ({token!r:.60}); give text: the words of token ids are in the "
                    "tokenizer, tokenizer.convert_ids_to_tokens(ids)"
                )
        out[i] = found
    return out


def tokens_by_frame(
    tokens: NDArray[Any], real: NDArray[np.bool_], sample: Callable[[int], str], where: str
) -> NDArray[Any]:
    """Return one text per frame of each sample, "" where a frame is not real; None where the tokens are not known.

    Parameters
    ----------
    tokens
        (n,) lists with one text per real frame, or None.
    real
        (n, frame): True where a frame was recorded.
    sample
        Row to the name of the sample, for errors.
    where
        Split and modality, for errors.

    Raises
    ------
    DataError
        If a sample has another number of tokens than real frames.
    """
    out = np.empty(len(tokens), dtype=object)
    for i, row in enumerate(tokens):
        if row is None:
            continue
        places = np.flatnonzero(real[i])
        if len(places) != len(row):
            raise DataError(
                f"{where} {sample(i)}: {len(row)} tokens for {len(places)} real steps; give one text per step, or None for this sample"
            )
        out[i] = [""] * (int(places[-1]) + 1 if len(places) else 0)
        for place, token in zip(places, row, strict=True):
            out[i][place] = token
    return out


def frame_tokens(
    extras: Mapping[str, NDArray[Any]], modality: str, rows: NDArray[np.int64], frames: int
) -> NDArray[Any] | None:
    r"""Return the tokens of some samples, (row, frame) text, "" where there is none; None where the data hold none.

    NUL and lone surrogates, which netCDF text cannot hold, become "\\ufffd"; a text is cut after 200 characters.
    """
    held = extras.get(tokens_key(modality))
    if held is None:
        return None
    out = np.full((len(rows), frames), "", dtype=object)
    for k, row in enumerate(rows):
        for f, token in enumerate((held[row] or [])[:frames]):
            out[k, f] = _storable(str(token))
    return out.astype(str)


def _storable(text: str, longest: int = 200) -> str:
    plain = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text[:longest])
    return plain + "…" if len(text) > longest else plain
