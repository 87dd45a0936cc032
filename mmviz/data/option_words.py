"""``OPTION=VALUE`` on a command line, read into a value of the kind that Python code would pass."""

import json
from typing import Any

from mmviz.errors import ConfigError


def option(text: str) -> tuple[str, Any]:
    """Read OPTION=VALUE.

    Parameters
    ----------
    text
        A number becomes a number, ``true`` and ``false`` truth values, ``a,b`` a tuple, and what begins with ``{`` or ``[`` is JSON; all else is text.

    Returns
    -------
    str, value
        The option and what it is set to.

    Raises
    ------
    ConfigError
        No ``=``, no name, or JSON that cannot be read.
    """
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ConfigError(f"{text!r}: give OPTION=VALUE, such as nonfinite=zero")
    if value[:1] in ("{", "["):
        try:
            return name, json.loads(value)
        except ValueError as error:
            raise ConfigError(f"{text!r}: the value begins like JSON and is none ({error})") from None
    if "," in value:
        return name, tuple(_value(v) for v in value.split(",") if v)
    return name, _value(value)


def _value(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text
