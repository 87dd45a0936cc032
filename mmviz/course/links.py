"""Links of an edition: a relative link leads to the file's place in the edition, or becomes text where the file is not part of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

_LINK = re.compile(r"!?\[(?P<label>[^\]\n]*)\]\((?P<target>[^)\s]+)\)")
_ELSEWHERE = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|#)", re.IGNORECASE)
_DOCUMENT = re.compile(r"(?<![\w/.])(?:\.\./)?docs/[\w-]+\.md\b")


def relinked(text: str, origin: Path, here: Path, placed: Mapping[Path, Path]) -> str:
    """Return Markdown in which every link to a file of the project is right in an edition.

    Parameters
    ----------
    text
        Markdown.
    origin
        The file of the project that contains the text.
    here
        Its path in the edition.
    placed
        File of the project (absolute) -> its path in the edition. A link to another file of the project becomes its label.
    """

    def replace(found: re.Match[str]) -> str:
        target, _, anchor = found["target"].partition("#")
        if not target or _ELSEWHERE.match(target):
            return found.group()
        path = (origin.parent / target).resolve()
        if path in placed:
            link = Path(os.path.relpath(placed[path], here.parent)).as_posix() + (f"#{anchor}" if anchor else "")
            return found.group().replace(f"({found['target']})", f"({link})")
        return found["label"] if path.exists() else found.group()

    return _LINK.sub(replace, text)


def documents_named(texts: Iterable[str], project: Path) -> list[Path]:
    """Return the documents ``docs/NAME.md`` of the project that the texts name, in a link or as text; sorted."""
    names = {found.group().removeprefix("../") for text in texts for found in _DOCUMENT.finditer(text)}
    return sorted(path.resolve() for name in names if (path := project / name).is_file())


def broken_links(text: str, here: Path) -> list[str]:
    """Return the relative targets in Markdown that do not exist beside the file ``here``."""
    targets = (found["target"] for found in _LINK.finditer(text))
    return [
        target
        for target in targets
        if not _ELSEWHERE.match(target) and not (here.parent / target.partition("#")[0]).exists()
    ]
