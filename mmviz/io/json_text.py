"""JSON that other people made: nesting is bounded, a key occurs once, and every failure is one error."""

import json
from typing import Any

from mmviz.errors import DataError

MAX_DEPTH = 64


def parse_json(text: str | bytes, *, where: str, max_depth: int = MAX_DEPTH) -> Any:
    """Parse JSON text.

    Parameters
    ----------
    text
        The whole text; bytes are UTF-8.
    where
        How to name the source in an error.
    max_depth
        How deeply objects and arrays may be nested, so that whatever walks over the result needs no limit of its own.

    Raises
    ------
    DataError
        If the text is not JSON, not UTF-8, nested too deeply, or an object names a key twice (of which one value would be lost).
    """
    try:
        found = json.loads(text if isinstance(text, str) else text.decode("utf-8"), object_pairs_hook=_object)
    except RecursionError:
        raise DataError(f"{where}: JSON nested deeper than {max_depth}; the file is damaged or crafted") from None
    except DataError as error:
        raise DataError(f"{where}: {error}") from None
    except ValueError as error:
        raise DataError(f"{where}: not JSON ({error!s:.200}); the file is damaged, or another one") from None
    _require_depth(found, where, max_depth)
    return found


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        seen: set[str] = set()
        twice = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise DataError(f"the key {twice[:80]!r} occurs twice in one JSON object; write the file again")
    return found


def _require_depth(found: Any, where: str, most: int) -> None:
    level = [found]
    for _ in range(most):
        level = [
            inner
            for outer in level
            if type(outer) in (dict, list)
            for inner in (outer.values() if type(outer) is dict else outer)
            if type(inner) in (dict, list)
        ]
        if not level:
            return
    raise DataError(f"{where}: JSON nested deeper than {most}; the file is damaged or crafted")
