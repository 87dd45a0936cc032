"""Registry of a user's views: JavaScript files that are added to every Explorer."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmviz.core.errors import ConfigError

_REFUSED = re.compile(r"^\s*(?:import\b|export\b).*$|</script|<!--", re.MULTILINE | re.IGNORECASE)


class RegisteredView(NamedTuple):
    """A user's view: its name, its text, and the further variables of the frame that it needs."""

    name: str
    text: str
    variables: tuple[str, ...]

    @property
    def script(self) -> str:
        """The view as a block of the page's script; an error in it is shown in a panel of its own."""
        return f"try {{\n{self.text}\n}} catch (error) {{ mmviz.registerFailure({json.dumps(self.name)}, error); }}"


_VIEWS: dict[str, RegisteredView] = {}


def register_view(path: str | os.PathLike[str], *, variables: Sequence[str] = ()) -> None:
    """Add a view to every Explorer that is created afterwards, in notebooks and in saved pages.

    Parameters
    ----------
    path
        A JavaScript file without ``import`` and ``export``; it calls ``mmviz.register({...})``. Copy ``docs/templates/view.js``.
        The file's name without its suffix names the view; a file of the same name replaces the previous one. The file is trusted: it runs in
        the page.
    variables
        Variables of the frame that the view reads in addition to those of :data:`mmviz.widgets.frame.FRAME` and its groups; they are sent as
        float32 or uint8.

    Raises
    ------
    ConfigError
        The file cannot be read, or contains ``import``, ``export`` or a text that would end the page's script.
    """
    source = Path(path)
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"register_view: {source} cannot be read ({error}); give a JavaScript file in UTF-8"
        ) from error
    if found := _REFUSED.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise ConfigError(
            f"register_view: {source}, line {line}: {found.group().strip()!r:.80} is not allowed in a view; "
            "take functions from the object mmviz, for example const { register, h } = mmviz;"
        )
    _VIEWS[source.stem] = RegisteredView(source.stem, text, tuple(variables))


def unregister_view(name: str) -> None:
    """Remove a view that was registered.

    Raises
    ------
    ConfigError
        No view of that name is registered.
    """
    if name not in _VIEWS:
        raise ConfigError(
            f"unregister_view: no view {name!r:.80} is registered; registered are {', '.join(_VIEWS) or 'none'}"
        )
    del _VIEWS[name]


def registered() -> tuple[RegisteredView, ...]:
    """Return the registered views in the order of their registration."""
    return tuple(_VIEWS.values())
