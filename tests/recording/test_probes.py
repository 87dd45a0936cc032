"""Linear probes of a modality's representation: what they can decode, from which situation, and on which split they are fitted."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.recording.probes import representations


@pytest.fixture(scope="module")
def ds():
    """Two modalities: the first holds the class in its mean, the second is noise."""
    rng = np.random.default_rng(0)
    target = np.arange(240) % 2
    seen = rng.normal(size=(240, 6, 3)) + 1.5 * target[:, None, None] * np.array([1, 0, 0])
    return mm.data.from_arrays(
        {"seen": seen.astype(np.float32), "noise": rng.normal(size=(240, 6, 2)).astype(np.float32)},
        target,
        classes=["no", "yes"],
        split={"train": 0.6, "valid": 0.2, "test": 0.2},
    )


@pytest.fixture(scope="module")
def run(ds):
    model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=2, seed=0)
    return mm.train.fit(model, ds, epochs=2, progress=False, seed=0)


def test_a_probe_decodes_the_class_from_its_modality_and_not_from_the_noise_of_the_other(run, ds):
    """The head's input with only the noise available holds nothing of the masked modality."""
    seen, noise = (mm.recording.linear_probes(run, ds, name) for name in ("seen", "noise"))
    for representation in ("encoder", "head input"):
        assert seen[representation].shape == (len(ds["test"]),)
        assert set(seen[representation]) <= {0.0, 1.0}
        assert seen[representation].mean() > 0.85
        assert noise[representation].mean() < 0.7


def test_the_representation_of_a_modality_does_not_change_with_the_values_of_the_other(run, ds):
    split = ds["test"]
    changed = mm.data.missing.keep_modalities(ds, ["seen"])["test"]
    for name, values in representations(run.model, split, "seen").items():
        np.testing.assert_allclose(values, representations(run.model, changed, "seen")[name], atol=1e-6)
    for name, values in representations(run.model, split, "noise").items():
        assert np.abs(values - representations(run.model, changed, "noise")[name]).max() > 0.01


def test_the_head_input_is_what_predicts_the_coalition_of_the_modality_alone(run, ds):
    import torch

    split = ds["test"]
    pooled = representations(run.model, split, "seen")["head input"].reshape(len(split), 2, 8)
    present = torch.tensor([True, False])[:, None, None].expand(2, len(split), 1)
    logits = run.model.fuse_pooled(torch.from_numpy(pooled).movedim(1, 0)[:, :, None], present)[:, 0]
    trace = mm.record(run, split, recorded_samples=1, epochs=[run.best_epoch], influence=False)
    expected = trace["coalitions"]["prediction"].isel(coalition=1).values
    np.testing.assert_allclose(logits.softmax(-1).detach().numpy(), expected, atol=1e-5)


def test_the_probe_is_fitted_on_the_training_split_and_its_penalty_selected_on_the_validation_split(run, ds):
    x = {name: representations(run.model, ds[name], "seen")["encoder"] for name in ("train", "valid", "test")}
    fits = [
        make_pipeline(StandardScaler(), LogisticRegression(C=C, max_iter=500)).fit(
            x["train"].astype(float), ds["train"].target
        )
        for C in (10, 1, 0.1)
    ]
    best = max(fits, key=lambda fit: fit.score(x["valid"].astype(float), ds["valid"].target))
    expected = best.predict(x["test"].astype(float)) == ds["test"].target
    np.testing.assert_array_equal(mm.recording.linear_probes(run, ds, "seen")["encoder"], expected)


def test_epoch_0_probes_the_untrained_copy(run, ds):
    trained, untrained = (mm.recording.linear_probes(run, ds, "seen", epoch=e)["head input"] for e in (None, 0))
    assert untrained.mean() > 0.6
    assert not np.array_equal(trained, untrained)
    with pytest.raises(ConfigError, match="epoch=9"):
        mm.recording.linear_probes(run, ds, "seen", epoch=9)


def test_a_regression_is_probed_by_a_ridge_regression_and_scored_by_minus_the_absolute_error():
    ds = mm.data.load("synthetic", n=120, steps=24, task="regression")
    model = mm.models.build("concat", ds.spec, width=4, seed=0)
    run = mm.train.fit(model, ds, epochs=1, progress=False, seed=0)
    for values in mm.recording.linear_probes(run, ds, ds.spec.names[0]).values():
        assert (values <= 0).all()
        assert np.isfinite(values).all()


def test_an_unknown_modality_and_an_adapted_module_are_refused_by_name(run, ds):
    import torch

    with pytest.raises(ConfigError, match=r"no modality 'sen'.*did you mean 'seen'"):
        mm.recording.linear_probes(run, ds, "sen")

    class Mine(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.head = torch.nn.Linear(5, 2)

        def forward(self, seen, noise):
            return self.head(torch.cat([seen.mean(1), noise.mean(1)], -1))

    adapted = mm.train.as_run(
        mm.models.adapt(Mine(), ds.spec, missing="zeros", call=lambda net, x: net(x["seen"], x["noise"]))
    )
    with pytest.raises(ConfigError, match="user's module whose encoders are unknown"):
        mm.recording.linear_probes(adapted, ds, "seen")
