"""One file per layout that is found in the field; the layout is recognised by what is in a file, never by its name.

Each module has ``matches(content)`` and ``read(content, repairs, **options)``. To add one: a module, a line in `FORMATS`.
"""

import importlib
import inspect
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.options import nearest, one_of
from mmviz.data.dataset import Dataset
from mmviz.data.formats.containers import way_in
from mmviz.data.formats.fields import listed
from mmviz.data.formats.repairs import Repairs
from mmviz.io.content import Content, open_content
from mmviz.io.digest import require_file

# in this order; the first that matches reads
FORMATS = {
    "mmsa": "MMSA pickles: CMU-MOSI, CMU-MOSEI, CH-SIMS, CH-SIMS v2",
    "mult": "MulT and MultiBench pickles",
    "misa": "MISA pickles",
    "bclstm": "bc-LSTM pickles",
    "mosi_utterance": "CMU-MOSI by utterance, npz",
    "mosi_words": "CMU-MOSI by word, npz",
    "mfn": "MFN word-aligned sets, npz or h5",
    "utd_mhad": "UTD-MHAD, npz or the authors' .mat files",
    "fsdd": "Free Spoken Digit Dataset, npz or recordings",
    "nyu": "NYU-Depth V2, the labelled .mat or npz",
    "nyu_folder": "NYU-Depth V2 as pictures in folders",
    "mvsa": "MVSA-Single, folder, archive or npz of features",
    "own": "one's own arrays by split",
}
REPAIRS = tuple(inspect.signature(Repairs).parameters)


@cache
def module(name: str) -> ModuleType:
    """Import the module of a format."""
    return importlib.import_module(f"{__name__}.{name}")


def detect(content: Content) -> str:
    """Name the format of some content.

    Raises
    ------
    DataError
        If none matches; the message says what is there.
    """
    for name in FORMATS:
        if module(name).matches(content):
            return name
    raise DataError(
        f"{content.where}: a {content.kind} of no known layout ({described(content)}). "
        f"{f'{way} ' if (way := way_in(content)) else ''}Known are: "
        f"{'; '.join(FORMATS.values())}. Your own arrays enter by mmviz.data.from_arrays."
    )


def described(content: Content) -> str:
    """Say in a few words what some content holds."""
    if content.members is not None:
        return f"{len(content.members.names)} files: {listed(content.members.names[:5])}"
    if isinstance(content.tree, dict):
        return f"keys {listed(content.tree)}"
    return f"a {type(content.tree).__name__}"


def read_path(
    path: str | Path,
    *,
    format: str | None = None,  # noqa: A002
    encoding: str = "ASCII",
    sha256: str | None = None,
    **options: Any,
) -> Dataset:
    """Read a file or folder of any known layout.

    Parameters
    ----------
    path
        The file or folder.
    format
        A key of `FORMATS`, where detection is not wanted.
    encoding
        "latin1" for pickles written by Python 2.
    sha256
        Of the file, where it is known: another file is refused before it is read.
    **options
        Of `mmviz.data.formats.repairs.Repairs`, and of the format's ``read``.

    Returns
    -------
    Dataset
        Checked; ``.report`` says what was found.

    Raises
    ------
    ConfigError
        If an option is unknown to the format that was found.
    DataError
        If the layout is not known, or the reader refuses the file.
    OSError
        If the file cannot be opened.
    """
    one_of(format, (None, *FORMATS), "format")
    if sha256 is not None:
        require_file(path, sha256)
    content = open_content(path, encoding=encoding)
    name = format or detect(content)
    if format is not None and not module(name).matches(content):
        raise DataError(f"{content.where}: not of the format {name!r} ({FORMATS[name]}); it holds {described(content)}")
    return read_content(content, name, options)


def read_content(content: Content, name: str, options: dict[str, Any]) -> Dataset:
    """Read opened content with one format, after its options were checked."""
    read, own = module(name).read, _own_options(name)
    for option in options:
        if option not in (*own, *REPAIRS):
            known = ", ".join((*own, *REPAIRS))
            raise ConfigError(
                f"{content.where}: the format {name!r} has no option {option!r}{nearest(option, own)}; it takes {known}"
            )
    repairs = Repairs(**{k: v for k, v in options.items() if k in REPAIRS})
    return read(content, repairs, **{k: v for k, v in options.items() if k in own})


@cache
def _own_options(name: str) -> tuple[str, ...]:
    return tuple(p for p in inspect.signature(module(name).read).parameters if p not in ("content", "repairs"))
