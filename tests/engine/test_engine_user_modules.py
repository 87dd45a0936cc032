"""The engine of the page computes what a user's module computes: recurrent layers, convolutions, sizes of a batch read as constants."""

import copy
import dataclasses

import numpy as np
import pytest
import torch
from engine_cases import MEMBERS, SAMPLES, floats, requests
from torch import nn

import mmviz as mm
from mmviz.core.errors import ExportError
from mmviz.models.batch import batch_of
from mmviz.recording.coalitions import recorded_predictions

TOLERANCE = 1e-5


def joined(x):
    return torch.cat([x["a"], x["b"], x["c"]], -1)


class Recurrent(nn.Module):
    def __init__(self, kind, **options):
        super().__init__()
        self.net = getattr(nn, kind)(9, 5, **options)
        self.head = nn.Linear(5 * (1 + self.net.bidirectional), 2)

    def forward(self, x):
        z = joined(x) if self.net.batch_first else joined(x).transpose(0, 1)
        y, last = self.net(z)
        last = sum(last) if isinstance(last, tuple) else last
        return self.head(y.mean(1 if self.net.batch_first else 0)) + last.mean((0, 2))[:, None] * torch.tensor([1, -1])


class Sized(nn.Module):
    """Reads the number of samples in four ways; a class token, positions, an initial state, attention."""

    def __init__(self):
        super().__init__()
        self.linear, self.attention = nn.Linear(9, 6), nn.MultiheadAttention(6, 2, batch_first=True)
        self.token, self.places = nn.Parameter(torch.randn(1, 1, 6)), nn.Parameter(torch.randn(6, 6))
        self.cell, self.head = nn.GRUCell(6, 4), nn.Linear(4, 2)

    def forward(self, x):
        z = self.linear(joined(x)) + self.places[: x["a"].shape[1]]
        z = torch.cat([self.token.repeat(x["a"].shape[0], 1, 1), z], 1)
        z = self.attention(z, z, z)[0].reshape(len(z), -1, 6)
        h = z.new_zeros(z.size(0), 4)
        for t in range(3):
            h = self.cell(z[:, t], h)
        return self.head(h.view(int(x["b"].shape[0]), -1))


class Windows(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv = nn.Conv1d(9, 9, 2, padding="same", dilation=2, groups=3)
        self.norms = nn.ModuleList([nn.BatchNorm1d(9), nn.GroupNorm(3, 9)])
        self.pools = nn.ModuleList([nn.MaxPool1d(3, 2, 1), nn.AvgPool1d(2), nn.AdaptiveAvgPool1d(4)])
        self.image = nn.Sequential(nn.Conv2d(1, 2, 3, stride=2, padding=1), nn.BatchNorm2d(2), nn.ELU())
        self.plane = nn.ModuleList([nn.MaxPool2d(2), nn.AvgPool2d(2, ceil_mode=True), nn.AdaptiveAvgPool2d((2, 3))])
        self.head, self.last = nn.Linear(9, 2), nn.Linear(2, 2)

    def forward(self, x):
        z = nn.functional.leaky_relu(self.norms[1](self.norms[0](self.conv(joined(x).transpose(1, 2)))))
        image = self.image(z[:, None])
        means = [pool(image).mean((2, 3)) for pool in self.plane]
        return self.head(sum(pool(z).mean(-1) for pool in self.pools)) + self.last(sum(means))


MODULES = {
    "GRU of two layers and directions": (lambda: Recurrent("GRU", num_layers=2, bidirectional=True), "zeros"),
    "LSTM of two layers and directions": (
        lambda: Recurrent("LSTM", num_layers=2, bidirectional=True, batch_first=True),
        "mean",
    ),
    "RNN without biases": (lambda: Recurrent("RNN", bias=False, batch_first=True), "zeros"),
    "sizes read as constants": (Sized, "mean"),
    "convolution and pooling": (Windows, "zeros"),
}


def user_run(trained, spec, module, missing="zeros"):
    """Return a run of a user's module with weights and running statistics that differ from their initial values."""
    torch.manual_seed(0)
    module = module()
    with torch.no_grad():
        for name, value in (*module.named_parameters(), *module.named_buffers()):
            if value.is_floating_point():
                value.copy_(
                    value.abs() + 0.5 if name.endswith("running_var") else value + 0.2 * torch.randn_like(value)
                )
    model = mm.models.adapt(module.eval(), spec, missing=missing)
    return dataclasses.replace(trained, model=model, best_epoch=0, weights={0: model.state_dict()}, folder=None)


@pytest.fixture(scope="module")
def modules(in_engine, small, trained):
    runs = {name: user_run(trained, small.spec, *case) for name, case in MODULES.items()}
    jobs = []
    stops = {"members": [[1, 1, 1], [1, 0, 1]], "until": [2, 5]}
    for name, run in runs.items():
        page = mm.recording.export_model(run, small["test"])
        jobs += [{"name": name, "page": page, "requests": requests()}]
        jobs += [{"name": f"{name}, prefixes", "page": page, "requests": requests(**stops)}]
    return runs, in_engine(jobs)["found"]


@pytest.mark.parametrize("kind", ["js", "wasm"])
@pytest.mark.parametrize("name", MODULES)
def test_a_user_module_predicts_in_the_page_what_it_predicts_in_float64(modules, small, name, kind):
    runs, found = modules
    model, predictions, prefixes = (
        copy.deepcopy(runs[name].model).double(),
        found[name][kind],
        found[f"{name}, prefixes"][kind],
    )
    assert not isinstance(predictions, str), predictions
    assert not isinstance(prefixes, str), prefixes
    for one, prefix, sample in zip(predictions, prefixes, SAMPLES.values(), strict=True):
        batch = batch_of(small["test"], [sample])
        want = recorded_predictions(model, batch, MEMBERS)[0]
        np.testing.assert_allclose(floats(one["predictions"], want.shape), want, rtol=0, atol=TOLERANCE)
        steps = recorded_predictions(model, batch, MEMBERS[[7, 5]], every_step=True)[0]
        want = np.stack([steps[0, 1], steps[1, 4]])
        np.testing.assert_allclose(floats(prefix["predictions"], want.shape), want, rtol=0, atol=TOLERANCE)
    whole = recorded_predictions(model, batch_of(small["test"], [0]), MEMBERS)[0]
    assert np.ptp(whole[:, 0]) > 5e-3  # the subsets differ


class Minimum(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(9, 2)

    def forward(self, x):
        return self.head(torch.cummin(nn.functional.elu(joined(x)), 1)[0].mean(1))


class Branch(Minimum):
    def forward(self, x):
        z = joined(x).mean(1)
        if torch.isnan(z).any():
            z = torch.nan_to_num(z)
        return self.head(z)


@pytest.mark.parametrize(
    ("module", "message"),
    [
        (Minimum, r"the user's module Minimum uses the operator cummin, which the page cannot run; replace it in the module, or use the kernel"),
        (Branch, r"cannot trace the user's module Branch .* at line \d+ of test_engine_user_modules.py: if torch.isnan\(z\).any\(\):; control flow"),
    ],
)  # fmt: skip
def test_a_user_module_that_the_page_cannot_run_is_refused_by_a_sentence_that_names_the_operator(
    trained, small, module, message
):
    with pytest.raises(ExportError, match=message):
        mm.recording.export_model(user_run(trained, small.spec, module), small["test"])
