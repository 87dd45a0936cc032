"""The scans of one capture as a sequence with a table."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple, overload

from mmviz.core.errors import ConfigError, ScanDiffersError
from mmviz.models.capture.edits import Edit, checked_edits
from mmviz.models.capture.predicted_change import predicted_change

if TYPE_CHECKING:
    from jaxtyping import Float
    from torch import Tensor

    from mmviz.models.capture.recurrent_modules import RecurrentModule
    from mmviz.models.capture.scans import CapturedScan


class RefusedCall(NamedTuple):
    """A call of a scan function that has no form of the operator."""

    site: str
    function: str
    reason: str


class CapturedScans(Sequence["CapturedScan"]):
    """The scans of one capture, in the order of their calls.

    ``scans[0]`` is the first; ``scans["encoders.0.mixer"]`` the first one of that module, ``scans["encoders.0.mixer#2"]`` its second.
    Printing replays every scan and shows a table: site, function, sizes, replay error, and what was not captured.

    Attributes
    ----------
    model
        Class name of the model.
    refused
        Calls of scan functions that have no form of the operator, and why.
    ended
        Set when the capture ends: returns what :attr:`missed` contains.
    """

    def __init__(self, model: str) -> None:
        self.model = model
        self.refused: list[RefusedCall] = []
        self.ended: Callable[[], list[RecurrentModule]] = list
        self._missed: list[RecurrentModule] | None = None
        self._scans: list[CapturedScan] = []
        self._calls: dict[str, int] = {}

    def add(self, scan: CapturedScan) -> None:
        """Append a scan."""
        self._scans.append(scan)

    def next_site(self, path: str) -> str:
        """Return the name of the next call of a module: its path, then path#2, path#3."""
        count = self._calls[path] = self._calls.get(path, 0) + 1
        return path if count == 1 else f"{path}#{count}"

    @property
    def missed(self) -> list[RecurrentModule]:
        """Modules that look recurrent and of which no scan was captured, and why; empty while the capture is open."""
        if self._missed is None and self.ended is not list:
            self._missed = self.ended()
        return self._missed or []

    @property
    def sites(self) -> list[str]:
        """Names of the scans, in the order of their calls."""
        return [scan.site for scan in self._scans]

    def check(self) -> CapturedScans:
        """Return these scans after the replay of each.

        Raises
        ------
        ScanDiffersError
            For the first one whose replay differs from what the function returned.
        """
        for scan in self._scans:
            scan.check()
        return self

    def predict(
        self, edits: Mapping[str, Edit | Sequence[Edit]]
    ) -> dict[str, Float[Tensor, "stream batch step channel"]]:
        """Return the change of y of each edited scan, edited minus captured, by the operator's influence map and without running the module.

        Exact for a scan whose inputs no other edit changes: its ``y`` under ``capture(module, edits=edits)`` minus the ``y`` here. A scan behind an
        edited one receives other inputs; its change through them is not linear and not contained.

        Parameters
        ----------
        edits
            As in :func:`mmviz.models.capture`: ``"encoders.0.mixer"`` for every call of that module, ``"encoders.0.mixer#2"`` for its second.

        Raises
        ------
        ConfigError
            A site without a captured scan, or an edit that does not fit the scan.
        """
        wanted: dict[str, list[Edit]] = {}
        for site, given in checked_edits(edits, "predict").items():
            self[site]  # ConfigError for an unknown one
            found = wanted.setdefault(site, [])
            for edit in given:
                if not isinstance(edit, Edit):
                    raise ConfigError(
                        f"predict: edits[{site!r}] contains a {type(edit).__name__}, expected mm.models.Edit"
                    )
                found.append(edit)
        out = {}
        for scan in self._scans:
            path, _, call = scan.site.partition("#")
            mine = [edit for key in (path, f"{path}#{call or 1}") for edit in wanted.get(key, ())]
            if mine:
                out[scan.site] = predicted_change(scan.inputs, scan.h0, mine, scan.site)
        return out

    def __len__(self) -> int:
        return len(self._scans)

    @overload
    def __getitem__(self, key: int | str) -> CapturedScan: ...
    @overload
    def __getitem__(self, key: slice) -> list[CapturedScan]: ...
    def __getitem__(self, key: int | str | slice) -> CapturedScan | list[CapturedScan]:
        if not isinstance(key, str):
            return self._scans[key]
        wanted = key.removesuffix("#1")
        for scan in self._scans:
            if scan.site == wanted:
                return scan
        known = ", ".join(repr(site) for site in self.sites[:20]) or "none"
        more = f" and {len(self) - 20} more" if len(self) > 20 else ""
        raise ConfigError(f"captured scans: there is no site {key!r}; captured: {known}{more}")

    def __iter__(self) -> Iterator[CapturedScan]:
        return iter(self._scans)

    def __repr__(self) -> str:
        rows: list[tuple[str, ...]] = [
            ("site", "function", "streams x steps x channels x states", "batch", "replay error")
        ]
        for scan in self._scans:
            streams, batch, *sizes = scan.shape
            size = " x ".join(str(n) for n in (streams, *sizes))
            rows.append((scan.site or "(the model)", scan.function, size, str(batch), _error(scan)))
        lines = (
            [f"{len(self)} captured scan(s) of {self.model}", *_aligned(rows)]
            if len(self)
            else [f"No captured scans of {self.model}"]
        )
        missed = {one.path for one in self.missed}
        lost = [
            f"{one.site or '(the model)'}: {one.function}: {one.reason}"
            for one in self.refused
            if one.site not in missed
        ]
        lost = list(dict.fromkeys(lost))  # a call in a loop is refused many times
        lost += [f"{one.path or '(the model)'}: {one.kind}: {one.reason}" for one in self.missed]
        return "\n".join([*lines, *(["Not captured:"] if lost else []), *(f"  {line}" for line in lost)])


def _error(scan: CapturedScan) -> str:
    try:
        error = scan.replay_error
    except ScanDiffersError:
        return "arguments changed in place"
    if math.isnan(error):
        return "computed by mmkernels"
    return f"{error:.1e}" if error <= scan.tolerance else f"{error:.1e}: differs, not a selective scan"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]))]
    return [
        "  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
