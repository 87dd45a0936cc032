"""Value by retraining from scores per sample made by hand: gaps, harm, and the diagnosis of each modality."""

import numpy as np
import pytest
import xarray as xr

import mmviz as mm
from mmviz.analysis.gap_diagnosis import VERDICTS
from mmviz.analysis.retraining import WEIGHTS, interval_caution
from mmviz.core.errors import DataError
from mmviz.core.subsets import membership

SAMPLES = 200


def drawn(rng, rate, seeds, hard):
    """Scores 0 or 1 with about this mean; some samples are hard for every seed and model."""
    return (hard + 0.05 * rng.normal(size=(seeds, len(hard))) < rate).astype(float)


def scores(
    retrained=(0.1, 0.9, 0.55, 0.96), masked=(0.1, 0.9, 0.45, 0.96), probes=((0.93, 0.8, 0.93), (0.63, 0.62, 0.63)),
    validation=None, seeds=3, group=None, modalities=("audio", "image"), rng=None,
):  # fmt: skip
    rng = rng or np.random.default_rng(0)
    hard = rng.random(SAMPLES)
    of = [np.stack([drawn(rng, rate, seeds, hard) for rate in rates], 1) for rates in (retrained, masked)]
    of[1][:, -1] = of[0][:, -1]
    probe = np.stack([np.stack([drawn(rng, rate, seeds, hard) for rate in each], 1) for each in probes], 2)
    valid = np.tile(retrained if validation is None else validation, (seeds, 1)).astype(float)
    valid[:, 0] = np.nan
    return xr.Dataset(
        {
            "retrained": (("seed", "coalition", "sample"), of[0]),
            "masked": (("seed", "coalition", "sample"), of[1]),
            "validation": (("seed", "coalition"), valid),
            "probe": (("seed", "representation", "weights", "modality", "sample"), np.stack([probe, probe], 1)),
            "members": (("coalition", "modality"), membership(len(modalities))),
            "group": ("sample", np.full(SAMPLES, "") if group is None else group),
        },
        coords={"seed": range(seeds), "modality": list(modalities), "representation": ["encoder", "head input"],
                "weights": list(WEIGHTS)},
        attrs={"strategy": "joint"},
    )  # fmt: skip


def test_means_gap_and_excess_are_those_of_the_scores_paired_by_seed_and_sample():
    given = scores()
    found = mm.analysis.value_by_retraining(given)
    for name in ("retrained", "masked"):
        np.testing.assert_allclose(found[name].sel(statistic="mean"), given[name].mean(("seed", "sample")))
    gap = (given["retrained"] - given["masked"]).isel(coalition=[1, 2]).mean(("seed", "sample"))
    np.testing.assert_allclose(found["gap"].sel(statistic="mean"), gap)
    excess = (given["retrained"].isel(coalition=3) - given["retrained"]).mean(("seed", "sample"))
    np.testing.assert_allclose(found["excess"].sel(statistic="mean")[:3], excess[:3])
    assert np.isnan(found["excess"].values[:, 3]).all()
    assert (found["gap"].sel(statistic="low") < found["gap"].sel(statistic="mean")).all()


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({}, "head"),
        ({"probes": ((0.93, 0.8, 0.93), (0.45, 0.4, 0.63))}, "representation"),
        ({"probes": ((0.93, 0.8, 0.93), (0.6, 0.4, 0.8))}, "representation and head"),
        ({"probes": ((0.93, 0.8, 0.93), (0.45, 0.4, 0.45))}, "not located"),
        ({"masked": (0.1, 0.9, 0.55, 0.96)}, "gap not resolved"),
        ({"masked": (0.1, 0.9, 0.75, 0.96)}, "no gap"),
        ({"retrained": (0.1, 0.9, 0.1, 0.96)}, "weak data"),
        ({"seeds": 1}, "gap not resolved"),
    ],
)
def test_the_verdict_tells_weak_data_representation_and_head_apart(changed, verdict):
    found = mm.analysis.value_by_retraining(scores(**changed))
    assert found["verdict"].sel(modality="image").item() == verdict
    text = found["explanation"].sel(modality="image").item()
    assert VERDICTS[verdict] in text
    assert (
        f"{float(found['probe'].sel(statistic='mean', representation='head input', weights='full model', modality='image')):.3f}"
        in text
    )
    assert f"{float(found['retrained'].values[0, 2]):.3f}" in text


def test_the_explanation_says_when_an_untrained_copy_is_probed_as_well_and_when_the_head_met_no_missing_modality():
    image = mm.analysis.value_by_retraining(scores())["explanation"].sel(modality="image").item()
    assert "no evidence that training improved these features" in image
    assert "Training by joint masks no modality" in image
    other = scores(probes=((0.93, 0.8, 0.93), (0.63, 0.3, 0.63))).assign_attrs(strategy="modality_dropout")
    image = mm.analysis.value_by_retraining(other)["explanation"].sel(modality="image").item()
    assert "no evidence" not in image
    assert "masks no modality" not in image


@pytest.mark.parametrize(
    ("retrained", "harm"),
    [((0.1, 0.95, 0.55, 0.7), "harm"), ((0.1, 0.7, 0.55, 0.95), "no harm"), ((0.1, 0.8, 0.55, 0.8), "not resolved")],
)
def test_harm_is_the_paired_difference_to_the_best_subset_and_not_resolved_where_its_interval_includes_0(
    retrained, harm
):
    found = mm.analysis.value_by_retraining(scores(retrained=retrained))
    assert found.attrs["harm"] == harm
    low, high = found["excess"].values[1:, 1]
    assert {"harm": high < 0, "no harm": low > 0, "not resolved": low <= 0 <= high}[harm]
    assert found.attrs["best_subset"] == "audio"


def test_the_compared_subset_is_selected_on_validation_and_not_by_its_test_score():
    found = mm.analysis.value_by_retraining(scores(retrained=(0.1, 0.95, 0.3, 0.7), validation=(0, 0.5, 0.6, 0.9)))
    assert found.attrs["best_subset"] == "image"
    assert found.attrs["harm"] == "no harm"


def test_without_validation_scores_the_stricter_intervals_of_all_subsets_are_compared():
    given = scores(retrained=(0.1, 0.95, 0.3, 0.7))
    given["validation"] = given["validation"] * np.nan
    found = mm.analysis.value_by_retraining(given)
    assert (found.attrs["best_subset"], found.attrs["harm"]) == ("audio", "harm")
    assert "lowest interval of all proper subsets" in found.attrs["harm_text"]


def test_harm_is_decided_falsely_in_few_of_many_designs_in_which_all_models_are_equally_good():
    """The maximum of the test scores would find harm far more often."""
    false = 0
    for k in range(60):
        rng = np.random.default_rng(k)
        rates = (0.5, *[0.8] * 6, 0.8)
        given = scores(rates, rates, [(0.8, 0.8, 0.8)] * 3, rng.random(8), modalities=("a", "b", "c"), rng=rng)
        false += mm.analysis.value_by_retraining(given).attrs["harm"] == "harm"
    assert false <= 6


def test_one_seed_gives_no_interval_and_says_so():
    found = mm.analysis.value_by_retraining(scores(seeds=1))
    assert np.isnan(found["gap"].sel(statistic=["low", "high"])).all()
    assert np.isfinite(found["gap"].sel(statistic="mean")).all()
    assert "one seed, so no interval" in found.attrs["interval"]
    assert found.attrs["harm"] == "not resolved"


def test_samples_of_one_group_are_clustered_and_the_numbers_are_stated():
    group = np.repeat([f"speaker {k}" for k in range(10)], SAMPLES // 10)
    found = mm.analysis.value_by_retraining(scores(group=group))
    assert found.attrs["interval"] == "95% over 3 seeds and 200 samples in 10 groups"
    single = mm.analysis.value_by_retraining(scores(group=np.full(SAMPLES, "one speaker")))
    assert "one group, so no interval" in single.attrs["interval"]
    assert np.isnan(single["gap"].sel(statistic="low")).all()


def test_one_modality_has_no_gap_and_no_harm():
    given = scores((0.1, 0.9), (0.1, 0.9), ((0.9, 0.5, 0.9),), modalities=("audio",))
    found = mm.analysis.value_by_retraining(given)
    assert found["gap"].values[0, 0] == 0
    assert found["verdict"].values.tolist() == ["no gap"]
    assert found.attrs["harm"] == "not applicable"
    assert "one modality" in found.attrs["harm_text"]


def test_a_failed_training_is_nan_for_its_seed_and_the_others_count():
    given = scores(seeds=4)
    given["retrained"][1, 2] = np.nan
    given["probe"][1, :, 2, 1] = np.nan
    found = mm.analysis.value_by_retraining(given)
    kept = given["retrained"].isel(coalition=2).dropna("seed").mean()
    assert float(found["retrained"].sel(statistic="mean")[2]) == pytest.approx(float(kept))
    assert np.isfinite(found["gap"]).all()
    assert found["verdict"].sel(modality="image").item() == "head"


def test_a_constant_model_is_weak_data_for_every_modality():
    given = scores((0.5,) * 4, (0.5,) * 4, ((0.5,) * 3,) * 2)
    given["retrained"][:], given["masked"][:], given["probe"][:] = (np.arange(SAMPLES) % 2,) * 3
    found = mm.analysis.value_by_retraining(given)
    assert (found["retrained"].sel(statistic="mean") == 0.5).all()
    assert found["verdict"].values.tolist() == ["weak data", "weak data"]
    assert found.attrs["harm"] == "not resolved"


def test_a_variable_that_is_missing_or_transposed_wrongly_is_named():
    with pytest.raises(DataError, match="value_by_retraining: probe must have the dimensions"):
        mm.analysis.value_by_retraining(scores().drop_vars("probe"))


@pytest.mark.parametrize(
    ("seeds", "groups", "text"),
    [
        (3, 2, "2 groups: a t interval over so few reaches up to 12.7 standard errors to each side; such an interval is next to useless"),
        (2, 40, "2 seeds: a t interval over so few reaches up to 12.7"),
        (4, 40, "4 seeds: a t interval over so few reaches up to 3.2 standard errors to each side; the intervals are wide."),
        (5, 40, ""),
        (1, 40, ""),
    ],
)  # fmt: skip
def test_a_sentence_states_that_an_interval_over_few_seeds_or_groups_is_next_to_useless(seeds, groups, text):
    found = mm.analysis.value_by_retraining(
        scores(seeds=seeds, group=np.char.add("g", (np.arange(SAMPLES) % groups).astype(str)))
    )
    said = interval_caution(found)
    assert said.startswith(text) if text else said == ""
