"""The engine of the page computes the end-to-end attribution that Python records: shares, outputs and bias of every fusion, in JavaScript and WebAssembly."""

import numpy as np
import pytest
import torch
from engine_cases import ATTRIBUTED as MODELS
from engine_cases import SAMPLES, floats

from mmviz.models.batch import batch_of
from mmviz.models.frozen_gates import freeze

TOLERANCE = 1e-5
ROWS = 3


def example(run, part, sample):
    """Return the frozen model of a sample, and weights (row, step, output) of three sums of its outputs."""
    steps = run.model.encode(batch_of(part, [sample]).ordered(run.model.spec.names))
    T = run.model.steps if run.model.causal else 1
    weights = torch.randn(ROWS, T, run.model.spec.task.outputs, generator=torch.Generator().manual_seed(sample))
    weights[0, : T - 1] = 0.0  # the prediction from the whole sequence
    if T > 3:
        weights[1, 4:] = 0.0
    return freeze(run.model, steps), weights


def expected(frozen, weights):
    """Return shares (row, modality, time), outputs and bias (step, output), by autograd through the frozen network."""
    shares = []
    for row in weights:
        x = frozen.steps.x.clone().requires_grad_()
        found = frozen.evaluate(x)
        output = found.output[:, None] if found.prefixes is None else found.prefixes
        (slope,) = torch.autograd.grad((output * row).sum(), x, materialize_grads=True)
        shares.append(torch.where(frozen.steps.mask, (slope * frozen.steps.x).sum(-1), 0.0)[:, 0])
    with torch.no_grad():
        found = [frozen.evaluate(at) for at in (frozen.steps.x, torch.zeros_like(frozen.steps.x))]
    both = [(one.output[:, None] if one.prefixes is None else one.prefixes)[0] for one in found]
    return torch.stack(shares).numpy(), *(part.numpy() for part in both)


@pytest.fixture(scope="module")
def attributed(in_engine, small, exported):
    runs, jobs = {}, []
    for name in MODELS:
        run, page = exported(name)
        runs[name] = run
        assert page.about["no_attribution"] == ""
        jobs.append({"name": name, "page": page, "requests": [
            {"sample": k, "filler": 7.0, "weights": example(run, small["test"], k)[1].tolist()} for k in SAMPLES.values()
        ]})  # fmt: skip
    return runs, in_engine(jobs)["found"]


@pytest.mark.parametrize("kind", ["js", "wasm"])
@pytest.mark.parametrize("name", MODELS)
def test_shares_outputs_and_bias_equal_those_of_the_frozen_network(attributed, small, name, kind):
    runs, found = attributed
    answers = found[name][kind]
    assert not isinstance(answers, str), answers
    for answer, sample in zip(answers, SAMPLES.values(), strict=True):
        frozen, weights = example(runs[name], small["test"], sample)
        shares, output, bias = expected(frozen, weights)
        for key, want in {"share": shares, "output": output, "bias": bias}.items():
            np.testing.assert_allclose(floats(answer[key], want.shape), want, rtol=0, atol=TOLERANCE)
        # completeness: what no share contributes is the bias
        total = (weights.numpy() * (output - bias)).sum((1, 2))
        np.testing.assert_allclose(
            floats(answer["share"], shares.shape).sum((1, 2)), total, rtol=0, atol=10 * TOLERANCE
        )
        assert np.abs(shares).max() > 1e-3
