"""What every caption states, in LaTeX: what is shown, of which data, from which seeds, by which reading and which code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mmviz.errors import ConfigError
from mmviz.plots.escape import latex

if TYPE_CHECKING:
    from collections.abc import Sequence

_LONGEST = 2000


def caption_of(
    shows: str,
    *,
    data: str,
    seeds: Sequence[int],
    commit: str,
    reading: str = "",
    printed: str = "",
    imputation: str = "",
) -> str:
    r"""Return the text of a caption, every part escaped.

    Parameters
    ----------
    shows
        What is to be seen.
    data, seeds, commit
        Of the numbers: data set and split, seeds, commit of the code.
    reading
        Which readings of unpublished formulas are in it.
    printed
        Which numbers are printed elsewhere, and where; they are not ours.
    imputation
        What stands for missing modalities: the attribute of that name of the analysis.
    """
    said = [shows.rstrip(".") + ".", f"Data: {data}.", f"Seeds: {', '.join(map(str, seeds)) or 'none'}."]
    said += [f"{imputation[0].upper()}{imputation[1:].rstrip('.')}."] if imputation else []
    said += [f"Readings of ours: {reading.rstrip('.')}."] if reading else []
    said += [f"Printed elsewhere, not measured here: {printed.rstrip('.')}."] if printed else []
    return " ".join(latex(part, longest=_LONGEST) for part in said) + rf" Code: \texttt{{{latex(commit)}}}."


def checked_label(label: str) -> str:
    r"""Return a name for ``\ref`` as it is.

    Raises
    ------
    ConfigError
        If it has other characters than letters, digits and : - . _
    """
    if not all(c.isascii() and (c.isalnum() or c in ":-._") for c in label):
        raise ConfigError(f"label={label!r}, expected letters, digits and : - . _ only")
    return label
