"""Load a built-in data set by name."""

import importlib
import inspect
from typing import Any

from mmviz.data.choice import nearest
from mmviz.data.dataset import Dataset
from mmviz.errors import ConfigError

# name: (module, function); imported when first asked for
LOADERS = {
    "av_digits": ("mmviz.data.av_digits", "load_av_digits"),
    "synthetic": ("mmviz.data.synthetic", "synthetic"),
    "watch": ("mmviz.data.watch", "load_watch"),
}


def load(name: str, **options: Any) -> Dataset:
    """Load a built-in data set; nothing is downloaded.

    Parameters
    ----------
    name
        "watch" (`mmviz.data.watch.load_watch`), "av_digits" (`mmviz.data.av_digits.load_av_digits`) or "synthetic"
        (`mmviz.data.synthetic.synthetic`).
    **options
        Of that loader: see its docstring.

    Returns
    -------
    Dataset
        Checked; ``.report`` says what was found.

    Raises
    ------
    ConfigError
        If the name or an option is unknown; the message lists what there is.
    MissingDependencyError, DataError
        If the package that carries the file is not installed, or the file is another one.
    """
    if not isinstance(name, str) or name not in LOADERS:
        raise ConfigError(
            f"load: no data set {name!r}{nearest(name, LOADERS)}; there is {', '.join(map(repr, LOADERS))}. "
            "Your own arrays enter by mmviz.data.from_arrays."
        )
    module, function = LOADERS[name]
    loader = getattr(importlib.import_module(module), function)
    known = list(inspect.signature(loader).parameters)
    for option in options:
        if option not in known:
            raise ConfigError(
                f"load({name!r}): no option {option!r}{nearest(option, known)}; it takes {', '.join(known)}"
            )
    return loader(**options)
