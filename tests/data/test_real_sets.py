"""The real sets are what they are known to be: sizes, no leak, and as hard as a simple model finds them."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from mmviz.data import load
from mmviz.data.sets.av_digits import pair_by_label, project_energy
from mmviz.data.sets.watch import FOLDS, fold_subjects, split_gravity


@pytest.fixture(scope="module", params=range(FOLDS))
def watch(request):
    return request.param, load("watch", fold=request.param)


@pytest.fixture(scope="module")
def watch0():
    return load("watch", fold=0)


@pytest.fixture(scope="module")
def digits():
    return load("av_digits")


@pytest.fixture(scope="module")
def digits25():
    return load("av_digits", image_energy=0.25)


def _pooled(split, modality):
    """Mean, standard deviation, minimum and maximum of each channel over the real steps."""
    x, real = split.inputs[modality].astype(float), split.valid[modality][:, :, None]
    n = real.sum(1)
    mean = x.sum(1) / n
    std = np.sqrt((np.where(real, x - mean[:, None], 0) ** 2).sum(1) / n)
    return np.hstack([mean, std, np.where(real, x, np.inf).min(1), np.where(real, x, -np.inf).max(1)])


def _blocks(split, modality):
    """Means of 4 x 4 pixels for the image, pooled statistics for the audio."""
    if modality == "image":
        return split.inputs[modality].reshape(len(split), 7, 4, 7, 4).mean((2, 4)).reshape(len(split), 49)
    return _pooled(split, modality)


def _accuracy(ds, names, features):
    def table(split):
        return np.hstack([features(ds[split], m) for m in names])

    x, y = np.vstack([table("train"), table("valid")]), np.hstack([ds["train"].target, ds["valid"].target])
    with threadpool_limits(1):  # small matrices: two BLAS threads take ten times as long
        model = make_pipeline(StandardScaler(), LogisticRegression(C=0.1, max_iter=500)).fit(x, y)
    return model.score(table("test"), ds["test"].target)


def test_watch_folds_hold_every_window_once_and_no_subject_twice(watch):
    fold, ds = watch
    assert sum(map(len, ds.splits.values())) == 1149
    subjects = {name: set(split.group) for name, split in ds.splits.items()}
    assert subjects == {name: {str(s) for s in who} for name, who in fold_subjects(fold).items()}
    assert sum(map(len, subjects.values())) == len(set().union(*subjects.values())) == 10
    assert ds.report.count("leakage") == 0
    assert all(set(split.target) == set(range(7)) for split in ds.splits.values())


def test_watch_tests_every_subject_once_over_the_folds():
    tested = [s for fold in range(FOLDS) for s in fold_subjects(fold)["test"]]
    assert sorted(tested) == list(range(1, 11))


def test_watch_ids_name_subject_recording_and_window(watch0):
    for split in watch0.splits.values():
        assert all(name.startswith(f"s{who}_r") for name, who in zip(split.ids, split.group, strict=True))


def test_watch_dynamic_and_gravity_sum_to_the_accelerometer_and_gravity_is_about_one(watch0):
    split = watch0["train"]
    total = split.inputs["dynamic"].astype(float) + split.inputs["gravity"]
    norm = np.linalg.norm(split.inputs["gravity"], axis=2)
    assert 0.9 < np.median(norm) < 1.05
    assert 0.95 < np.median(np.linalg.norm(total, axis=2)) < 1.15
    assert watch0.spec.modality("gravity").unit == "g"


def test_gravity_is_the_slow_part():
    t = np.arange(2000) / 50
    slow, fast = np.cos(2 * np.pi * 0.05 * t), np.sin(2 * np.pi * 3 * t)
    dynamic, gravity = split_gravity(np.stack([slow + fast] * 3, 1), filtering="zero_phase")
    middle = slice(400, 1600)
    assert np.allclose(gravity[middle, 0], slow[middle], atol=0.01)
    assert np.allclose(dynamic + gravity, (slow + fast)[:, None], atol=1e-12)


def test_causal_gravity_is_the_slow_part_about_a_second_late():
    t = np.arange(2000) / 50
    slow, fast = np.cos(2 * np.pi * 0.05 * t), np.sin(2 * np.pi * 3 * t)
    _, gravity = split_gravity(np.stack([slow + fast] * 3, 1))
    late = np.cos(2 * np.pi * 0.05 * (t - 2 / (2 * np.pi * 0.3)))
    assert np.abs(gravity[400:, 0] - late[400:]).max() < 0.02


def test_the_spec_of_watch_has_rates_units_channels_and_notes(watch0):
    assert watch0.spec.names == ("dynamic", "gyro", "gravity")
    assert [m.rate_hz for m in watch0.spec.modalities] == [50.0] * 3
    assert watch0.spec.task.classes == ("PEN", "ABD", "FEL", "IR", "ER", "TRAP", "ROW")
    assert any("one sensor" in note for note in watch0.spec.notes)
    assert all((m.std > 0).all() for m in watch0.spec.modalities)


def test_a_linear_model_on_watch_has_the_measured_accuracy_by_subject():
    scores = [_accuracy(load("watch", fold=k), ("dynamic", "gyro", "gravity"), _pooled) for k in range(FOLDS)]
    assert 0.79 < np.mean(scores) < 0.87, scores


def test_watch_fusion_beats_each_modality(watch0):
    together = _accuracy(watch0, ("dynamic", "gyro", "gravity"), _pooled)
    assert together > max(_accuracy(watch0, (m,), _pooled) for m in watch0.spec.names)


def test_digits_have_the_known_sizes_and_lengths(digits):
    assert sum(map(len, digits.splits.values())) == 3000
    assert [len(s) for s in digits.splits.values()] == [2100, 300, 600]
    lengths = np.hstack([s.valid["audio"].sum(1) for s in digits.splits.values()])
    assert (lengths.min(), np.median(lengths), lengths.max()) == (6, 17, 92)
    assert digits.spec.modality("audio").rate_hz is None
    assert all(np.bincount(s.target).tolist() == [len(s) // 10] * 10 for s in digits.splits.values())


def test_digits_use_no_recording_and_no_image_twice(digits):
    ids = np.hstack([s.ids for s in digits.splits.values()])
    audio, image = zip(*(str(name).split("_") for name in ids), strict=True)
    assert len(set(audio)) == len(set(image)) == 3000


def test_digit_folds_test_every_pair_once():
    tested = np.hstack([load("av_digits", fold=k)["test"].ids for k in range(5)])
    assert len(set(tested)) == len(tested) == 3000


def test_a_linear_model_on_av_digits_has_the_measured_accuracy(digits25):
    together = _accuracy(digits25, ("audio", "image"), _blocks)
    image = _accuracy(digits25, ("image",), _blocks)
    assert 0.94 < together < 0.99
    assert 0.54 < image < 0.66


def test_full_images_are_easier_than_those_of_a_quarter_of_the_energy(digits, digits25):
    assert _accuracy(digits, ("image",), _blocks) > _accuracy(digits25, ("image",), _blocks) + 0.2


def test_another_seed_pairs_other_images():
    label = np.repeat([0, 1], 20)
    other = np.repeat([1, 0], 30)
    a, b = pair_by_label(label, other, 0), pair_by_label(label, other, 1)
    assert (other[a] == label).all()
    assert len(set(a)) == len(a)
    assert a.tolist() != b.tolist()


@pytest.mark.parametrize("share", [0.25, 0.6, 1.0])
def test_projection_keeps_the_given_energy_with_the_fewest_components(share):
    rng = np.random.default_rng(0)
    x = (rng.normal(size=(200, 12)) * np.linspace(3, 0.2, 12)).astype(np.float32)
    train = np.arange(120)
    out, kept = project_energy(x, train, share)
    centred = x[train] - x[train].mean(0)
    energy = np.linalg.svd(centred.astype(float), compute_uv=False) ** 2
    held = np.cumsum(energy) / energy.sum()
    assert held[kept - 1] >= share - 1e-9
    assert kept == 1 or held[kept - 2] < share
    residual = 1 - ((x[train] - out[train]).astype(float) ** 2).sum() / energy.sum()
    assert np.isclose(residual, held[kept - 1], atol=1e-4)


def test_projection_learns_nothing_from_rows_outside_training():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(50, 6)).astype(np.float32)
    other = x.copy()
    other[40:] = rng.normal(size=(10, 6)) * 100
    a, b = (project_energy(v, np.arange(40), 0.5)[0] for v in (x, other))
    assert np.array_equal(a[:40], b[:40])
