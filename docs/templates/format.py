"""Template of a data format: one npz of a weather station with "wind" (n, steps, 2), "pressure" (n, steps), "storm" (n,) and "station" (n,).

Copy this file, change it, and register it: ``mmviz.data.formats.register("weather", module, description="weather stations, npz")``.
`mmviz.data.load(path)` and ``python -m mmviz data check PATH`` then recognise such files. To add it to mmviz itself: put it into
``mmviz/data/formats``, its name into `FORMATS` of ``registry.py``, a small valid input into ``tests/hostile/seeds.py``, and a row into
``data/README.md`` and ``data/manifest.toml``; the tests over all formats then cover it.
"""

from collections.abc import Mapping

from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import field, numeric, texts
from mmviz.data.report import Report
from mmviz.io.content import Content

KEYS = {"wind", "pressure", "storm", "station"}


def matches(content: Content) -> bool:
    """Return whether the npz holds these arrays; decides by content, never by the file name."""
    return content.kind == "npz" and isinstance(content.tree, Mapping) and set(content.tree) >= KEYS


def read(content: Content, repairs: Repairs, *, test_share: float = 0.3, seed: int = 0) -> Dataset:
    """Return the recordings, split by station.

    Parameters
    ----------
    content
        Of the file: ``content.tree`` holds the arrays, checked and bounded in size.
    repairs
        Allowed repairs; `build_dataset` applies them.
    test_share, seed
        Fraction of the stations in the test split, and the seed of their choice.

    Returns
    -------
    Dataset
        "wind" in m/s and "pressure" in hPa, one step per hour; whether a storm followed.

    Raises
    ------
    DataError, ConfigError
        As `mmviz.data.from_arrays`.
    """
    tree, where = content.tree, content.where
    wind = numeric(
        field(tree, "wind", where), f"{where} wind", 3
    )  # real numbers of 3 dimensions, or an error that names the field
    pressure = numeric(field(tree, "pressure", where), f"{where} pressure", 2)[:, :, None]
    storm = numeric(field(tree, "storm", where), f"{where} storm", 1)
    station = texts(field(tree, "station", where), f"{where} station")
    description = Description(
        "weather",
        "classification",
        ("calm", "storm"),
        source="the weather service",
        licence="its terms of use",
        notes=("Split by station.",),
        rate_hz=dict.fromkeys(("wind", "pressure"), 1 / 3600),
        units={"wind": "m/s", "pressure": "hPa"},
    )
    whole = SplitFields({"wind": wind, "pressure": pressure}, storm, group=station)
    shares = {"train": 1 - test_share, "test": test_share}
    return build_dataset({"": whole}, description, repairs, Report(where), split=shares, by="group", seed=seed)
