"""How the recorded samples of a Trace were chosen, for captions of means over them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    import xarray as xr


def recorded_text(trace: xr.DataTree, rows: Sequence[int] | None = None) -> str:
    """Return the number of recorded samples and the rule by which they were chosen, such as "6 recorded samples (3 chosen for a large error, ...)".

    Parameters
    ----------
    trace
        A Trace, or a tree with the attribute ``recorded_samples``. Without this attribute, as in older files, the number alone is returned.
    rows
        Positions of the recorded samples that a result covers; None: all in ``/states``.
    """
    known = trace["states"].to_dataset()["recorded_sample"].values.tolist() if rows is None else rows
    here = [int(row) for row in known]
    count, chosen = len(here), trace.attrs.get("recorded_samples") or {}
    if not chosen:
        return f"{count} recorded samples"
    error = set(chosen.get("by_error", ())) & set(here)
    if error:
        others = f", {count - len(error)} evenly spaced by target" if len(error) < count else ""
        return f"{count} recorded samples ({len(error)} chosen for a large error{others}; not a random sample)"
    return f"{count} recorded samples ({chosen['rule']}; not a random sample)"
