"""A user's own module on data with timestamps: frames reach it unchanged, steps are intervals of seconds."""

import numpy as np
import pytest
import torch
from timed_recordings import timed_recordings
from torch import nn

import mmviz as mm
from mmviz.models import batch_of


class Sums(nn.Module):
    """Two logits from the sums of all frames; keeps what it was shown."""

    def forward(self, values):
        self.shown = values
        total = sum(x.sum((1, 2)) for x in values.values())
        return torch.stack([total, -total], 1)


@pytest.fixture(scope="module")
def ds():
    return timed_recordings()


def adapted(ds, steps):
    return mm.models.adapt(Sums(), ds.spec, missing="zeros", output_kind="logits", steps=steps)


@pytest.mark.parametrize("steps", [1, 7, 20, 50])
def test_an_adapted_module_is_shown_every_recorded_frame_at_its_place(ds, steps):
    model, split = adapted(ds, steps), mm.data.missing.drop_frames(ds, 0.3, seed=0)["test"]
    assert model.timed
    model(batch_of(split))
    for name, x in split.inputs.items():
        np.testing.assert_array_equal(model.module.shown[name].numpy(), x)


def test_a_prefix_of_an_adapted_module_holds_the_frames_recorded_before_its_end_in_every_modality(ds):
    model, split = adapted(ds, 10), ds["test"]
    steps = model.encode(batch_of(split))
    begin = np.min([t[:, 0] for t in split.times.values()], axis=0)
    for stop in (1, 4, 10):
        values, valid = model.frames.unpack(steps.truncated(stop))
        end = begin + stop * ds.spec.duration_s / 10
        for name, times in split.times.items():
            np.testing.assert_array_equal(valid[name].numpy(), times < end[:, None])
            np.testing.assert_array_equal(
                values[name].numpy(), np.where(times < end[:, None], 1, 0)[..., None] * split.inputs[name]
            )


def test_permuted_and_single_samples_of_an_adapted_module_answer_the_same(ds):
    model, split = adapted(ds, 10), ds["test"]
    together = model.prefixes(batch_of(split))
    order = [2, 0, 1]
    torch.testing.assert_close(model.prefixes(batch_of(split, order)), together[order], rtol=0, atol=1e-5)
    torch.testing.assert_close(model.prefixes(batch_of(split, [1])), together[1:2], rtol=0, atol=1e-5)


def test_the_trace_of_an_adapted_module_counts_seconds(ds):
    run = mm.train.as_run(adapted(ds, 10))
    trace = mm.record(run, ds["test"], recorded_samples=2)
    np.testing.assert_allclose(
        trace["clock"]["stop"].values[:, -1] - trace["clock"]["start"].values[:, 0], ds.spec.duration_s
    )
    assert np.isfinite(trace["prefixes"]["prediction"].values).all()


@pytest.mark.parametrize("steps", [5, 30])
def test_masking_a_step_masks_the_frames_in_it_and_no_others(ds, steps):
    model, split = adapted(ds, steps), ds["test"]
    packed = model.encode(batch_of(split))
    keep = torch.ones_like(packed.mask)
    keep[0, :, 2] = False
    _, valid = model.frames.unpack(packed.where(keep))
    begin = np.min([t[:, 0] for t in split.times.values()], axis=0)
    step = ((split.times["sensor"] - begin[:, None]) / ds.spec.duration_s * steps).astype(int)
    np.testing.assert_array_equal(valid["sensor"].numpy(), step != 2)
    assert valid["notes"].all()
