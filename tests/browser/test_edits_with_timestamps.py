"""Edits in a saved page of data with timestamps: what the page cannot compute is missing, and one sentence says why, once."""

import warnings

import numpy as np
import pytest

import mmviz as mm
from mmviz.widgets import Explorer

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def timed(tmp_path_factory):
    """The Trace of a model of two modalities with timestamps, and the model for the page."""
    rng = np.random.default_rng(0)
    n, y = 48, np.arange(48) % 2
    values = {name: (rng.normal(size=(n, 12, 2)) + y[:, None, None]).astype(np.float32) for name in ("pulse", "motion")}
    times = {name: np.cumsum(rng.uniform(0.2, 1.0, (n, 12)), 1) for name in values}
    ds = mm.data.from_arrays(values, y, times=times, split={"train": 0.5, "valid": 0.25, "test": 0.25})
    model = mm.models.build("coupled_mamba", ds.spec, layers=1, width=4, steps=8, seed=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = mm.train.fit(model, ds, epochs=1, progress=False, out=tmp_path_factory.mktemp("run"))
        return mm.record(run, ds["test"]), mm.recording.export_model(run, ds["test"])


def test_edits_that_timestamps_exclude_are_named_in_one_sentence(timed, open_page, tmp_path):
    page = open_page()
    page.goto(Explorer(timed[0], model=timed[1]).save(tmp_path / "page.html").as_uri())
    page.locator(".mmv-what-if-status:not(:empty)").wait_for(state="attached")
    text = page.locator(".mmv-what-if").inner_text()
    assert text.count("with timestamps") == 1
    assert (
        "does not offer a delay, a swap or masked frames for pulse, motion: with timestamps this changes the time that a frame covers, which needs the kernel."
        in text
    )
    heads = page.locator(".mmv-edits thead th").all_text_contents()
    assert not {"Delay", "Swap with", "Masked frames"} & set(heads)
    assert page.locator(".mmv-edits tbody tr").count() == 2
    assert page.faults == []
