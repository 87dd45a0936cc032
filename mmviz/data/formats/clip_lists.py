"""Lists of clips in text files: their rows, their versions by sha256, and the splits that they make."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import number, whole
from mmviz.data.report import Report
from mmviz.data.splits import split_samples
from mmviz.io.archive import Members

MAX_LIST = 1 << 26
FAMILIES = {
    "ogm_ge": "OGM-GE (CVPR 2022)",
    "mla": "MLA (CVPR 2024)",
    "dgl": "DGL (ICCV 2025)",
    "ave": "AVE (ECCV 2018)",
}
#: sha256 of a list as its repository holds it -> family, and what it lists
KNOWN = {
    "68d0d3fd253830328fc92c68f3cf2e215db8c5b86757ad9c5112d2c76ba68bde": ("ogm_ge", "CREMA-D train"),
    "14866c99301fd56fb4a16f8a7048a8a6372a47069aee9f216443bc718be45f1f": ("ogm_ge", "CREMA-D test"),
    "e75bb596c30bf839adb3c2dc73b4a4617add66b36c2f416f96ac2e56a251751f": ("ogm_ge", "Kinetics-Sounds train"),
    "3bb1fee2c9d30919cec6887a3e2fa27b7936cc3f46dff447d85ea21892a80a58": ("ogm_ge", "Kinetics-Sounds test"),
    "6c0d11f5977ecceb2005c5bdb356ced52cae7c39f9f9eb4137479a4c2e874780": ("dgl", "Kinetics-Sounds train"),
    "6dec6750836d9b9db1b2ded6fca3348de7766c78513ac55e2ba4a668f7b451bd": ("dgl", "Kinetics-Sounds test"),
    "ef8a4aedf87e9b7b67befc7148907ce060108ee59c9e5aeb869e4c0fb63d98fd": ("dgl", "VGGSound test"),
    "97f63197fd7c238cf19e29feb7b952726bb4c5ee6cde6dd516797d06b2e867cc": ("mla", "CREMA-D train"),
    "348c6ffc707303fa344380c94ec27e7b1f86927efada6ccd67bb74164aad97f9": ("mla", "CREMA-D test"),
    "8de3ef8d430f3d93d93211901f80c202f53bc0f08effe94ba7a83917e1a6d4c8": ("mla", "Food-101 train"),
    "e56635747ae9c55e70d99fca32a1f4bc3f425793fad781e43793e7d8bc24e4f9": ("mla", "Food-101 test"),
    "127719161f6901ae06badd2a1520cc8fa3f4564fb7e6ed74c0f923d0ab832b37": ("mla", "IEMOCAP train"),
    "1fbeb973bef55987ac96e5a68e49d8fc834b7144ab4405ceec33483278d47f22": ("mla", "IEMOCAP test"),
    "ca899aed93ba0df69fb270322dc1b7dbcc22943907305d8b5f7ac185ebac9d15": ("mla", "MVSA-Single train"),
    "c05f79e7390a0908f4e43494aa56ba85bf2b9800cc8465e83a835f1cbf084f88": ("mla", "MVSA-Single test"),
    "0d24a9ec5cd4ceb779ebd83d74e83ec8e55c5e468cede3f320fb57346c9dd321": ("ave", "AVE annotations"),
}


@dataclass(frozen=True)
class Clip:
    """One row of a list.

    Attributes
    ----------
    id
        Of the sample, unique in the set.
    label
        Number of its class.
    group
        Subject, speaker or source video; "" where not known.
    stems
        Names that its files may have, without the suffix; the first is the usual one.
    text
        Of the row, or None.
    """

    id: str
    label: int
    group: str = ""
    stems: tuple[str, ...] = ()
    text: str | None = None


def family_of(data: bytes) -> tuple[str, str] | None:
    """Return the family and the content of a known list; None for an unknown one. Line ends may have been converted."""
    plain = data.replace(b"\r\n", b"\n")
    for version in (data, plain, plain.replace(b"\n", b"\r\n")):
        if (found := KNOWN.get(hashlib.sha256(version).hexdigest())) is not None:
            return found
    return None


def list_file(members: Members, last: str) -> str | None:
    """Return the file of this name; None where there is none, DataError where there are several."""
    found = members.named(last)
    if len(found) > 1:
        raise DataError(
            f"{members.where}: {len(found)} files {last!r} ({found[0]!r}, {found[1]!r}); give the folder of one version"
        )
    return found[0] if found else None


def first_lines(members: Members, last: str) -> list[str]:
    """Return the first lines of the list with this name, none where there is none; for the recognition of a layout."""
    found = members.named(last)
    if not found:
        return []
    try:
        start = members.read(found[0], max_bytes=MAX_LIST)[:4096]
    except (DataError, OSError):
        return []
    return [line.strip() for line in start.decode("utf-8-sig", "replace").splitlines()[:8]]


def lines_of(members: Members, name: str, report: Report) -> list[tuple[int, str]]:
    """Return the numbers (from 1) and the text of the lines that are not empty.

    The text is UTF-8, with or without a byte order mark, or else Windows-1252, which is reported.
    """
    data = members.read(name, max_bytes=MAX_LIST)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        report.add("note", "encoding", name, 1, first=f"line {line}", action="not UTF-8: read as Windows-1252")
        text = data.decode("cp1252", "replace")
    lines = [(i, line.strip()) for i, line in enumerate(re.split(r"\r\n|\n|\r", text), 1)]
    return [(i, line) for i, line in lines if line]


def report_version(members: Members, name: str, rows: int, report: Report) -> str | None:
    """Report which version a list is, by its sha256; return its family, None for an unknown one."""
    data = members.read(name, max_bytes=MAX_LIST)
    digest, found = hashlib.sha256(data).hexdigest(), family_of(data)
    if found is None:
        action = "a list of unknown version: not one of a paper that is known here; compare with no published table"
        report.add("warning", "list", name, rows, first=f"sha256 {digest}", action=action)
        return None
    report.add("note", "list", name, rows, first=f"sha256 {digest[:16]}", action=f"{FAMILIES[found[0]]}, {found[1]}")
    return found[0]


def rows_of(
    members: Members, name: str, report: Report, parse: Callable[[str, str], Clip | None], *, versions: bool = True
) -> tuple[list[Clip], str | None]:
    """Return the clips of a list and its family.

    Parameters
    ----------
    members, name
        The file.
    report
        Receives its version.
    parse
        Of one line and its place, for errors; None for a line that is no clip (a header).
    versions
        Whether `KNOWN` has versions of this list.

    Raises
    ------
    DataError
        If `parse` does, or there is no clip.
    """
    found = [parse(line, f"{name}, line {i}") for i, line in lines_of(members, name, report)]
    clips = [clip for clip in found if clip is not None]
    if not clips:
        raise DataError(f"{name}: no clip is listed; the file is empty or another one")
    return clips, report_version(members, name, len(clips), report) if versions else None


def bad_line(place: str, line: str, expected: str) -> DataError:
    """Return the error for a line that is not what a list of this layout holds."""
    return DataError(f"{place}: {line[:80]!r}; expected {expected}")


def refuse_repeated(parts: Mapping[str, Sequence[Clip]], where: str) -> None:
    """Raise DataError for an id that occurs twice, in one list or in two."""
    seen: dict[str, str] = {}
    twice: list[str] = []
    for split, clips in parts.items():
        for clip in clips:
            if clip.id in seen:
                twice.append(f"{clip.id!r} in {seen[clip.id]} and {split}")
            seen.setdefault(clip.id, split)
    if twice:
        raise DataError(
            f"{where}: {len(twice)} clips are listed twice (first: {twice[0]}); mend the lists, or pass duplicates='drop' to keep each once"
        )


def with_validation(parts: Mapping[str, list[Clip]], share: Any, seed: Any) -> dict[str, list[Clip]]:
    """Return the lists with a share of the training list, drawn at random with a seed, set aside as "valid".

    Raises
    ------
    ConfigError
        If the share is not from 0 to below 1, or the lists have a validation split already.
    """
    share, seed = number(share, "valid_share", low=0, high=0.9), whole(seed, "seed", low=0)
    if not share:
        return dict(parts)
    if "valid" in parts:
        raise ConfigError(
            f"valid_share={share}: the lists have a validation split of {len(parts['valid'])} clips; leave it out"
        )
    rows = split_samples(len(parts["train"]), {"train": 1 - share, "valid": share}, seed)
    made = {s: [parts["train"][i] for i in r.tolist()] for s, r in rows.items()}
    return made | {s: c for s, c in parts.items() if s != "train"}


def counts(parts: Mapping[str, Sequence[Any]]) -> str:
    """Return the sizes of the splits as text: "train 6698, test 744"."""
    return ", ".join(f"{s} {len(c)}" for s, c in parts.items())


def shared_groups(parts: Mapping[str, Sequence[Clip]]) -> tuple[int, int]:
    """Return in how many groups the clips are, and how many of the groups are in more than one split."""
    groups = [np.unique([c.group for c in clips if c.group]) for clips in parts.values()]
    names, found = np.unique(np.concatenate([g.astype(np.str_) for g in groups]), return_counts=True)
    return len(names), int((found > 1).sum())
