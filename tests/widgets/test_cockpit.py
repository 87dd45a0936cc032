"""The Cockpit without a browser: buttons and fields control a training, events become curves, errors become sentences."""

import subprocess
import sys
import threading

import numpy as np
import pytest
from live_trainings import FakeTraining

from mmviz.core.errors import ConfigError
from mmviz.widgets import Cockpit
from mmviz.widgets.cockpit_curves import GAP, GENERALISATION, GRADIENTS, SCORES, cockpit_curves


@pytest.fixture
def training():
    return FakeTraining()


@pytest.fixture
def cockpit(training):
    made = Cockpit(training)
    yield made
    made.close()


def buttons(cockpit):
    return {button.description: button for button in cockpit.children[0].children}


def enabled(cockpit):
    return [name for name, button in buttons(cockpit).items() if not button.disabled]


def field(cockpit, description):
    rows = [widget for row in cockpit.children[1].children for widget in row.children]
    return next(widget for widget in rows if getattr(widget, "description", "") == description)


def drawn(cockpit):
    """Return the curves that the page receives: (chart, name) to values."""
    assert cockpit.charts.wait_drawn()
    history = cockpit.charts.history
    table = np.frombuffer(history["body"], np.float32).reshape(len(history["epochs"]), -1)
    return {(curve["chart"], curve["name"]): table[:, k] for k, curve in enumerate(history["curves"])}


def test_only_the_buttons_that_can_act_are_enabled(cockpit, training):
    assert enabled(cockpit) == ["Start"]
    buttons(cockpit)["Start"].click()
    assert enabled(cockpit) == ["Pause", "Stop"]
    buttons(cockpit)["Pause"].click()
    assert enabled(cockpit) == ["Continue", "Stop"]
    buttons(cockpit)["Continue"].click()
    buttons(cockpit)["Stop"].click()
    training.set_status("interrupted")
    assert enabled(cockpit) == []
    assert [what for what, _ in training.asked] == ["start", "pause", "resume", "stop"]
    assert cockpit.status == "interrupted"


def test_the_fields_request_only_what_differs_from_the_values_in_force_as_one_change(cockpit, training):
    apply = field(cockpit, "Apply changes")
    assert apply.disabled
    cockpit.start()
    apply.click()
    assert "Nothing to apply" in cockpit.charts.error
    field(cockpit, "learning rate ×, audio").value = 0.1
    field(cockpit, "modality dropout, video").value = 0.5
    field(cockpit, "weight of the unimodal loss, audio").value = "0.5"
    apply.click()
    assert training.asked[-1] == (
        "change",
        {"learning_rate_factor": {"audio": 0.1}, "modality_dropout": {"video": 0.5}, "loss_weight": {"audio": 0.5}},
    )
    assert cockpit.charts.error == ""
    training.values |= {
        "learning_rate_factor": {"audio": 0.1},
        "modality_dropout": {"video": 0.5},
        "loss_weight": {"audio": 0.5},
    }
    field(cockpit, "strategy").value = "ogm_ge"
    field(cockpit, "weight of the unimodal loss, audio").value = ""
    field(cockpit, "options").value = '{"alpha": 0.3}'
    field(cockpit, "learning rate (peak)").value = 1e-3
    apply.click()
    assert training.asked[-1] == (
        "change",
        {"strategy": "ogm_ge", "strategy_options": {"alpha": 0.3}, "learning_rate": 1e-3},
    )


@pytest.mark.parametrize(
    ("description", "value", "message"),
    [
        ("options", "{rate: 0.3}", "are no JSON"),
        ("weight of the unimodal loss, audio", "much", "give a number, or nothing"),
    ],
)
def test_a_field_that_cannot_be_read_becomes_a_sentence_and_requests_nothing(
    cockpit, training, description, value, message
):
    cockpit.start()
    field(cockpit, description).value = value
    field(cockpit, "Apply changes").click()
    assert message in cockpit.charts.error
    assert [what for what, _ in training.asked] == ["start"]


def test_a_change_that_the_training_refuses_is_a_sentence_in_the_widget_and_raised_by_the_method(cockpit, training):
    cockpit.start()
    training.refuse = "learning_rate=-1; give a finite number above 0"
    field(cockpit, "learning rate (peak)").value = -1
    field(cockpit, "Apply changes").click()
    assert cockpit.charts.error == training.refuse
    with pytest.raises(ConfigError, match="above 0"):
        cockpit.change(learning_rate=-1)
    training.refuse = ""
    training.send("refused", text="too <late>")
    assert cockpit.charts.error == "too <late>"


def test_epochs_become_curves_in_the_order_loss_score_contribution_gradients_gap(cockpit, training):
    cockpit.start()
    for _ in range(3):
        training.epoch()
    found = drawn(cockpit)
    charts = list(dict.fromkeys(chart for chart, _ in found))
    assert charts[:5] == ["loss", SCORES, "Shapley value, held-out", GRADIENTS, GENERALISATION]
    np.testing.assert_allclose(found["loss", "validation loss"], [1.1, 0.88, 0.704], rtol=1e-6)
    np.testing.assert_allclose(
        found[GENERALISATION, "validation − training"][1:], [0.88 - 0.9, 0.704 - 0.81], atol=1e-6
    )
    assert np.isnan(found["loss", "training loss"][0])
    assert not any("seconds" in chart for chart in charts)
    assert "running, epoch 3 of 8, step 1 of 10 (1 CPU thread" in cockpit.charts.status


def test_the_gap_is_the_retrained_minus_the_masked_score_of_the_modalities_that_were_given():
    rows = [{"epoch": 0.0, "unimodal_score/a": 0.5, "unimodal_score/b": 0.4}]
    curves, table = cockpit_curves(rows, ["a", "b"], {"b": 0.7})
    gaps = [(curve["name"], float(table[0, k])) for k, curve in enumerate(curves) if curve["chart"] == GAP]
    assert gaps == [("b", pytest.approx(0.3))]
    assert not [c for c in cockpit_curves(rows, ["a", "b"])[0] if c["chart"] == GAP]
    with pytest.raises(ConfigError, match="no modality 'sound'"):
        Cockpit(FakeTraining(), retrained={"sound": 0.5})


def test_interventions_become_marks_at_the_place_where_they_took_effect(cockpit, training):
    training.record(3, 5, "learning_rate_factor/audio", 1.0, 0.1)
    training.record(5, 0, "strategy", "joint", "mla")
    assert [(c["place"], c["from"], c["to"]) for c in cockpit.charts.changes] == [
        (2.5, "1", "0.1"),
        (4, "joint", "mla"),
    ]


def test_an_exception_of_the_training_is_shown_as_a_sentence_and_raised_by_wait(cockpit, training):
    cockpit.start()
    training.error = RuntimeError("out of memory\nmore lines")
    training.set_status("failed")
    assert cockpit.charts.error == "RuntimeError: out of memory"
    with pytest.raises(RuntimeError, match="out of memory"):
        cockpit.wait()


def test_events_from_a_thread_and_clicks_in_another_leave_the_last_state(cockpit, training):
    cockpit.start()

    def train():
        for _ in range(100):
            training.epoch()

    thread = threading.Thread(target=train)
    thread.start()
    while thread.is_alive():
        buttons(cockpit)["Pause"].click()
        buttons(cockpit)["Continue"].click()
    thread.join()
    assert cockpit.charts.wait_drawn()
    assert cockpit.charts.history["epochs"] == list(range(100))
    assert enabled(cockpit) == ["Pause", "Stop"]


def test_two_cockpits_do_not_share_state():
    first, second = (Cockpit(FakeTraining(names)) for names in (("a", "b"), ("c",)))
    first.start()
    first.training.epoch()
    assert first.charts.wait_drawn()
    assert second.charts.history["epochs"] == []
    assert second.status == "ready"
    first.close()
    second.close()


def test_closing_the_widget_ends_the_training_and_its_thread(training):
    made = Cockpit(training)
    made.start()
    training.epoch()
    made.close()
    assert training.asked[-1][0] == "close"


def test_text_of_data_is_shown_without_control_characters():
    made = Cockpit(FakeTraining(("a\u202eb", "<script>")))
    assert "\u202e" not in "".join(made.charts.names)
    made.close()


@pytest.mark.parametrize("given", [None, 3, "model"])
def test_something_else_than_a_training_is_refused(given):
    with pytest.raises(ConfigError, match="give Cockpit\\(model, ds"):
        Cockpit(given)
    with pytest.raises(ConfigError, match="and options are given"):
        Cockpit(FakeTraining(), epochs=3)


def test_a_cockpit_of_a_given_training_does_not_import_torch():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from live_trainings import FakeTraining; from mmviz.widgets import Cockpit;"
        "Cockpit(FakeTraining()).start(); print('torch' in sys.modules)"
    )
    here = __file__.rsplit("test_cockpit", 1)[0]
    done = subprocess.run([sys.executable, "-c", code, here], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "False", done.stderr


def test_a_model_and_a_data_set_make_a_live_training_with_the_options(toy):
    import mmviz as mm

    model = mm.models.build("coupled_mamba", toy.spec, width=8, layers=1, state=4)
    made = Cockpit(model, toy, epochs=3, threads=1)
    assert isinstance(made.training, mm.train.LiveTraining)
    assert made.training.epochs == 3
    assert made.run is None
    assert "epochs=3" in made.script()
    made.close()
