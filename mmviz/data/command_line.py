"""``python -m mmviz data list | check PATH | convert OLD NEW | store OLD FOLDER``."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mmviz.core.errors import ConfigError, DataError
from mmviz.core.escape import printable
from mmviz.core.options import option
from mmviz.data.dataset import Dataset
from mmviz.data.disk import from_disk, is_stored, to_disk
from mmviz.data.formats import FORMATS, detect, read_content
from mmviz.data.load import catalogue
from mmviz.io.content import open_content
from mmviz.io.digest import sha256_file
from mmviz.io.npz import read_tree, write_tree


def main(arguments: Sequence[str]) -> int:
    """Run ``list``, ``check``, ``convert`` or ``store``.

    Parameters
    ----------
    arguments
        Words after ``python -m mmviz data``.

    Returns
    -------
    int
        0 when all went well. ``check`` raises what is wrong with the data.

    Raises
    ------
    DataError, ConfigError, OSError
        As the readers.
    """
    given = _parser().parse_args(list(arguments))
    return given.run(given)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m mmviz data", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    listing = commands.add_parser("list", help="known data sets: content, authors, licence, how to obtain them")
    listing.add_argument("name", nargs="?", help="name of a data set, for its full entry")
    listing.set_defaults(run=_list)
    check = commands.add_parser("check", help="read a file or folder and print its report; nothing is changed")
    check.add_argument("path", type=Path)
    _add_read_options(check)
    check.set_defaults(run=_check)
    convert = commands.add_parser("convert", help="write a pickle or MATLAB 5 file as .npz, which needs no pickle")
    convert.add_argument("old", type=Path)
    convert.add_argument("new", type=Path)
    convert.add_argument("--encoding", default="ASCII", help="latin1 for pickles written by Python 2")
    convert.add_argument("--overwrite", action="store_true")
    convert.set_defaults(run=_convert)
    store = commands.add_parser(
        "store", help="write a data set to a folder, from which it is trained on without being in memory"
    )
    store.add_argument("old", type=Path)
    store.add_argument("folder", type=Path)
    _add_read_options(store)
    store.add_argument("--overwrite", action="store_true")
    store.set_defaults(run=_store)
    return parser


def _add_read_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--encoding", default="ASCII", help="latin1 for pickles written by Python 2")
    command.add_argument("--set", action="append", default=[], metavar="OPTION=VALUE", help="such as nonfinite=zero")


def _list(given: argparse.Namespace) -> int:
    sets = catalogue()
    if given.name is not None:
        if given.name not in sets:
            raise ConfigError(f"no data set {given.name!r}; there is {', '.join(sets)}")
        for key, value in sets[given.name].items():
            sys.stdout.write(f"{key:<12}{_formatted(value)}\n")
        return 0
    width = max(map(len, sets))
    for name, entry in sets.items():
        sys.stdout.write(f"{name:<{width}}  {entry['what']} ({entry['licence']})\n")
    sys.stdout.write("\nA name for more: python -m mmviz data list NAME\n")
    return 0


def _formatted(value: Any) -> str:
    if isinstance(value, list):
        return "".join(f"\n  {_formatted(v)}" for v in value)
    if isinstance(value, dict):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return str(value)


def _check(given: argparse.Namespace) -> int:
    options = dict(option(text) for text in given.set)
    if is_stored(given.path):
        if options:
            raise ConfigError(
                f"{given.path}: a set that to_disk wrote takes no --set; repairs were made when it was loaded first"
            )
        sys.stdout.write(f"{given.path}: written by mmviz.data.to_disk; every sha256 is compared\n")
        return _print_dataset(from_disk(given.path))
    content = open_content(given.path, encoding=given.encoding)
    name = detect(content)
    sys.stdout.write(f"{given.path}: {FORMATS[name]}\n")
    if given.path.is_file():
        sys.stdout.write(f"sha256 {sha256_file(given.path)}\n")
    return _print_dataset(read_content(content, name, options))


def _store(given: argparse.Namespace) -> int:
    if is_stored(given.folder) and not given.overwrite:  # before minutes of reading
        raise ConfigError(f"{given.folder} holds a set already; choose another folder or pass --overwrite")
    options = dict(option(text) for text in given.set)
    if is_stored(given.old):
        raise ConfigError(f"{given.old}: written by mmviz.data.to_disk already; copy the folder")
    content = open_content(given.old, encoding=given.encoding)
    to_disk(read_content(content, detect(content), options), given.folder, overwrite=given.overwrite)
    _print_dataset(from_disk(given.folder))
    sys.stdout.write(f'{given.old} -> {given.folder}: mmviz.data.load("{given.folder}") leaves the values on disk\n')
    return 0


def _print_dataset(data: Dataset) -> int:
    sys.stdout.write("\n".join([repr(data), "", str(data.report), "", *map(printable, data.spec.notes), ""]))
    return 0


def _convert(given: argparse.Namespace) -> int:
    if given.new.suffix != ".npz":
        raise ConfigError(f"{given.new}: give a new name that ends in .npz")
    if given.new.exists() and not given.overwrite:
        raise ConfigError(f"{given.new} is there already; pass --overwrite to replace it")
    if is_stored(given.old):
        raise ConfigError(
            f"{given.old}: written by mmviz.data.to_disk, in safetensors and JSON: there is no pickle to convert"
        )
    content = open_content(given.old, encoding=given.encoding)
    if content.kind not in ("pickle", "mat5", "npz"):
        raise DataError(f"{given.old}: a {content.kind}; pickles and MATLAB 5 files are converted")
    write_tree(given.new, content.tree)
    read_tree(given.new)  # what was written can be read
    sizes = f"{given.old.stat().st_size} -> {given.new.stat().st_size} bytes"
    sys.stdout.write(f"{given.old} -> {given.new}: {sizes}, sha256 {sha256_file(given.new)}\n")
    for name, what in getattr(content.tree, "skipped", {}).items():
        sys.stdout.write(printable(f"skipped: variable {name!r} is {what}", kept="") + "\n")
    return 0
