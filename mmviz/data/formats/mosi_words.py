"""CMU-MOSI word by word, as one npz: 229 utterances, three aligned modalities, lengths."""

from collections.abc import Mapping

from mmviz.data.assemble import Description
from mmviz.data.dataset import Dataset
from mmviz.data.formats.build import Repairs, SplitFields, build_dataset
from mmviz.data.formats.fields import at_least, field, numeric, texts
from mmviz.data.report import Report
from mmviz.io.content import Content

KEYS = {"vision", "audio", "text_minilm", "lengths", "label_reg", "segment"}
SPLIT = {"train": 0.6, "valid": 0.2, "test": 0.2}


def matches(content: Content) -> bool:
    """Return whether the npz has these arrays."""
    return content.kind == "npz" and isinstance(content.tree, Mapping) and set(content.tree) >= KEYS


def read(
    content: Content,
    repairs: Repairs,
    *,
    target: str = "regression",
    split: Mapping[str, float] | None = None,
    seed: int = 0,
) -> Dataset:
    """Return the utterances, split by video, as the file holds the official validation part only.

    Parameters
    ----------
    content
        Of the file.
    repairs
        Allowed repairs.
    target
        "regression", or "classification": non-negative or not.
    split, seed
        Shares of the splits, default 0.6 / 0.2 / 0.2 of the ten videos.

    Returns
    -------
    Dataset
        "text", "vision", "audio", one step per word.

    Raises
    ------
    DataError, ConfigError
        As `mmviz.data.from_arrays`.
    """
    tree, where = content.tree, content.where
    ids = texts(field(tree, "segment", where), f"{where} segment")
    y = numeric(field(tree, "label_reg", where), f"{where} label_reg", 1)
    keys = {"text": "text_minilm", "vision": "vision", "audio": "audio"}
    x = {m: numeric(field(tree, k, where), f"{where} {k}", 3) for m, k in keys.items()}
    lengths = numeric(field(tree, "lengths", where), f"{where} lengths", 1)
    classification = target == "classification"
    raw = SplitFields(
        x, at_least(y, 0) if classification else y, ids, [i.split("[")[0] for i in ids], dict.fromkeys(x, lengths)
    )
    description = Description(
        "cmu_mosi_words", "classification" if classification else "regression",
        ("negative", "non-negative") if classification else None, (-3.0, 3.0),
        "CMU-MOSI (Zadeh et al. 2016), official validation part, FACET 47 and COVAREP 74; all-MiniLM-L6-v2 per word",
        "CMU-MOSI: research use", ("Splits by video.", "Vision and audio are normalised already."),
    )  # fmt: skip
    return build_dataset({"": raw}, description, repairs, Report(where), split=split or SPLIT, by="group", seed=seed)
