"""Data, models with changed weights and requests for tests of the engine of the page."""

import dataclasses

import numpy as np
import torch

import mmviz as mm
from mmviz.core.subsets import membership

SAMPLES = {"whole": 0, "absent": 1, "holes": 2, "early end": 3}
MEMBERS = membership(3)
#: models whose attribution is compared, one of each kind: with scans, of tokens, of attention, around another one, without scans
ATTRIBUTED = ["alignmamba2", "average", "coupled_mamba", "equilibrium", "late", "lmf", "memory_chain", "transformer"]


def data(frames=6, **options):
    """Three modalities; in the test split one sample each: whole, with an absent modality, with holes, with an early end."""
    rng = np.random.default_rng(0)
    sizes = {"train": 24, "valid": 8, "test": 4}
    inputs = {
        part: {name: rng.normal(size=(n, frames, k)).astype("f") for name, k in {"a": 3, "b": 2, "c": 4}.items()}
        for part, n in sizes.items()
    }
    valid = {part: {name: np.ones(x.shape[:2], bool) for name, x in by.items()} for part, by in inputs.items()}
    valid["test"]["b"][1] = False
    valid["test"]["a"][2, [1, 3]] = valid["test"]["c"][2, 0] = False
    valid["test"]["a"][3, frames // 2 :] = valid["test"]["c"][3, frames - 1 :] = False
    if "times" in options:
        options["times"] = {part: options["times"](by, rng) for part, by in inputs.items()}
    target = {part: np.arange(n) % 2 for part, n in sizes.items()}
    return mm.data.from_arrays(inputs, target, valid=valid, **options)


def changed(run, name, ds, noise=0.1, **options):
    """Return a run of another model, with weights that differ from their initial values."""
    model = mm.models.build(name, ds.spec, width=8, **options).eval()
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(noise * torch.randn(parameter.shape, generator=generator))
    info = {**run.info, "model": {"name": name, "options": {}}}
    return dataclasses.replace(run, model=model, info=info, best_epoch=0, weights={0: model.state_dict()}, folder=None)


def requests(**options):
    """Return one request for every subset of each sample."""
    whole = {"members": MEMBERS.astype(int).tolist(), "interventions": [], "filler": 7.0}
    return [{"sample": k, **whole, **options} for k in SAMPLES.values()]


def floats(texts, shape):
    """Return numbers that were written as texts, in a shape."""
    return np.array([float(text.replace("Infinity", "inf")) for text in texts]).reshape(shape)
