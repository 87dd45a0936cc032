"""The measurement of the estimated lag: the stored figures hold their bars, and the rows count what they say."""

import json

import numpy as np
import transport_lag as bar


def test_the_stored_figures_hold_their_bars_over_all_cases():
    stored = json.loads(bar.STORED.read_text(encoding="utf-8"))
    rows = {row["name"]: row for row in bar.rows(stored)}
    per_seed = len(bar.DELAYS) * bar.SEEDS
    assert rows["transport lag, raw features: right"]["cases"] == per_seed * len(bar.NOISE)
    assert rows["transport lag, alignmamba2, trained: right"]["cases"] == per_seed * len(bar.NOISE_OF_MODELS)
    assert all(row["holds"] in (None, True) for row in rows.values())
    assert sum(row["holds"] is True for row in rows.values()) == 5
    assert rows["mean lag of the plan, raw features: right"]["high"] < 0.5


def test_rows_count_right_wrong_and_missing_estimates_of_their_own_kind():
    def case(lag, estimate, mean=0.0):
        return {"lag": lag, "estimates": [estimate], "mean_lag": mean}

    stored = {
        "raw features, a": case(5, 6.0, 5.5),
        "raw features, b": case(5, None),
        "raw features, c": case(-5, 5.0),
        "raw features, d": case(2, 2.0),
        "single pulses, a": case(-5, None),
        "alignmamba2, a, trained": case(2, 2.0),
        "alignmamba2, a, untrained": case(2, None),
        "unrelated, 0": case(None, None),
        "unrelated, 1": case(None, 3.0),
    }
    rows = {row["name"]: (row["measured"], row["holds"]) for row in bar.rows(stored)}
    assert rows["transport lag, raw features: right"] == (0.5, False)
    assert rows["transport lag, raw features: wrong"] == (0.25, False)
    assert rows["mean lag of the plan, raw features: right"] == (0.25, None)
    assert rows["transport lag, alignmamba2, trained: right"] == (1.0, True)
    assert rows["transport lag, alignmamba2, untrained: right"] == (0.0, None)
    assert rows["transport lag, unrelated sequences: given"] == (0.5, False)


def test_the_made_recordings_have_the_lag_with_its_sign():
    for lag in (7, -7):
        sound, light = bar.recorded(np.random.default_rng(0), lag, 0.0, 1, np.zeros(1))
        steps = np.arange(10, 30)
        np.testing.assert_allclose(light[0, steps], sound[0, steps + lag])
    sound, light = bar.recorded(np.random.default_rng(0), None, 0.0, 1, np.zeros(1))
    assert abs(np.corrcoef(sound[0, :, 0], light[0, :, 0])[0, 1]) < 0.9
