"""A live training: paused, changed and stopped while it runs in its own process, and repeated bit for bit by its script."""

import multiprocessing
import threading
import time

import pytest
import torch

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.train import Intervention
from mmviz.train.live_process import LiveControl, Request, work

PATIENCE_S = 240


def model_of(ds):
    return mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)


def untimed(run):
    """The history without times; a number as the text that gives it back, so that NaN equals NaN."""
    return [{k: repr(v) for k, v in row.items() if not k.startswith(("seconds", "cost"))} for row in run.history]


def until(condition):
    end = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.01)


def failing_strategy():
    class Failing(mm.train.strategies.Joint):  # a class that no other process can import, as in a notebook
        name = "failing"

        def updates(self, batch, rows):
            yield from super().updates(batch, rows)
            raise RuntimeError("out of apples")

    return Failing()


@pytest.fixture(scope="module")
def story(toy):
    """Two trainings at the same time, one of which is paused, changed and stopped; and what was seen."""
    first = mm.train.LiveTraining(model_of(toy), toy, epochs=200, batch_size=16, threads=1)
    second = mm.train.LiveTraining(model_of(toy), toy, epochs=2, batch_size=16, threads=1)
    failed = mm.train.LiveTraining(model_of(toy), toy, epochs=2, strategy=failing_strategy(), threads=1)
    seen = {"events": [], "script": first.script(), "threads": set()}

    def listen(event):
        seen["events"].append(event)
        if event != {"kind": "status", "status": "starting"}:
            seen["threads"].add(threading.current_thread().name)

    first.subscribe(listen)
    for each in (first, second, failed):
        each.start()
    until(lambda: len(first.history) > 1)
    first.pause()
    until(lambda: first.status == "paused")
    seen["at_pause"] = first.position, len(first.history)
    first.change(learning_rate_factor={"m1": 0.1}, loss_weight={"m2": 0.5})
    first.change(strategy="modality_dropout", modality_dropout={"m3": 0.5})
    for name, bad in (
        ("unknown", {"learning_rate_factor": {"m9": 1.0}}),
        ("negative", {"learning_rate": -1.0}),
        ("past", {"learning_rate": 1e-3, "epoch": 1}),
        ("structure", {"strategy": "shapley_alternating", "strategy_options": {"memory": True}}),
        ("field", {"rate": 1.0}),
    ):
        with pytest.raises(ConfigError) as caught:
            first.change(**bad)
        seen[name] = str(caught.value)
    torch.rand(5)  # the random numbers of this process are not those of the training
    time.sleep(0.3)
    seen["while_paused"] = first.position, len(first.history)
    first.resume()
    until(lambda: any(record["what"] == "strategy" for record in first.records))
    first.change(strategy="mla", epoch=190)  # never reached
    first.stop()
    seen["run"] = first.wait(PATIENCE_S)
    seen["plain"] = second.wait(PATIENCE_S)
    with pytest.raises(RuntimeError, match="out of apples"):
        failed.wait(PATIENCE_S)
    return first, failed, seen


def test_a_paused_training_begins_no_batch_and_continues_where_it_was(story):
    _, _, seen = story
    assert seen["at_pause"] == seen["while_paused"]
    statuses = [event["status"] for event in seen["events"] if event["kind"] == "status"]
    assert statuses == ["starting", "running", "paused", "running", "interrupted"]


def test_changes_take_effect_at_the_next_batch_and_a_strategy_at_the_next_epoch(story):
    first, _, seen = story
    (epoch, step), _ = seen["at_pause"]
    place = {record["what"]: (record["epoch"], record["step"]) for record in reversed(first.records)}
    assert place["learning_rate_factor/m1"] == place["loss_weight/m2"] == (epoch, step)
    after = (epoch, 0) if step == 0 else (epoch + 1, 0)
    assert place["strategy"] == place["modality_dropout/m3"] == after
    reset = {"epoch": after[0], "step": 0, "what": "loss_weight/m2", "from": 0.5, "to": 0.0}  # by the new strategy
    assert reset in first.records
    assert seen["run"].info["interventions"] == first.records
    assert first.records[-1]["what"] == "stop"
    assert first.values["strategy"] == "modality_dropout"
    assert first.values["learning_rate_factor"] == {"m1": 0.1}


def test_the_script_repeats_the_training_with_its_changes_bit_for_bit(story, toy):
    first, _, seen = story
    found = {"model": model_of(toy), "ds": toy}
    exec(first.script(), found)  # noqa: S102
    assert untimed(found["run"]) == untimed(seen["run"])
    assert found["run"].status == seen["run"].status == "interrupted"
    for epoch, weights in seen["run"].weights.items():
        assert all(torch.equal(found["run"].weights[epoch][key], value) for key, value in weights.items())
    assert "interventions" not in seen["script"]


def test_a_training_beside_another_one_equals_fit_bit_for_bit(story, toy):
    _, _, seen = story
    alone = mm.train.fit(
        model_of(toy), toy, epochs=2, batch_size=16, monitor=True, modality_gradients=True, progress=False
    )
    assert untimed(alone) == untimed(seen["plain"])


def test_the_run_of_a_live_training_predicts_and_is_recorded(story, toy):
    _, _, seen = story
    assert seen["run"].predict(toy["test"]).shape == (len(toy["test"]), 2)
    assert seen["run"].best_epoch in seen["run"].weights


def test_changes_that_cannot_be_applied_are_refused_in_a_sentence(story):
    first, _, seen = story
    assert "no modality 'm9'" in seen["unknown"]
    assert "learning_rate=-1.0; give a finite number above 0" in seen["negative"]
    assert "epoch=1, step=0 has passed" in seen["past"]
    assert "adds parts to the model" in seen["structure"]
    assert "'rate' is unknown" in seen["field"]
    assert first.refused == ["Intervention(epoch=190, strategy='mla') was not applied: the training ended first"]
    with pytest.raises(ConfigError, match="change: the training is interrupted; make a new one"):
        first.change(learning_rate=1e-3)


def test_an_exception_in_a_training_is_raised_by_wait_with_its_traceback(story):
    _, failed, _ = story
    assert failed.status == "failed"
    assert failed.run is None
    assert "in updates" in "".join(failed.error.__notes__)


def test_events_arrive_in_a_thread_and_hold_every_row_and_record(story):
    first, _, seen = story
    assert seen["threads"] == {"mmviz live"}
    rows = [event["row"]["epoch"] for event in seen["events"] if event["kind"] == "epoch"]
    assert rows == [float(i) for i in range(len(rows))]
    records = [each for event in seen["events"] if event["kind"] == "applied" for each in event["records"]]
    assert records == first.records


def test_closing_ends_the_process_and_a_closed_connection_does_too(toy):
    live = mm.train.LiveTraining(model_of(toy), toy, epochs=200, threads=1)
    context = multiprocessing.get_context("spawn")
    mine, other = context.Pipe()
    orphan = context.Process(target=work, args=(other, 1), daemon=True)
    orphan.start()
    other.close()
    mine.close()  # as when the kernel dies
    before = set(multiprocessing.active_children())
    live.start()
    until(lambda: len(multiprocessing.active_children()) > len(before - {orphan}))
    mine_now = [p for p in multiprocessing.active_children() if p.name == "mmviz live"]
    live.close()
    assert live.status == "closed"
    assert not any(process.is_alive() for process in mine_now)
    with pytest.raises(ConfigError, match="was closed, so there is no run"):
        live.wait(5)
    orphan.join(PATIENCE_S)
    assert orphan.exitcode == 1


def control(refuse=()):
    sent = []

    def check(changes):
        if changes[-1].learning_rate in refuse:
            raise ConfigError("refused here")

    return LiveControl(check, lambda *message: sent.append(message)), sent


def test_a_new_strategy_waits_for_the_next_epoch_and_so_does_everything_in_whole_epochs():
    live, _ = control()
    live.request(Request(1, Intervention(1, strategy="mla")))
    live.request(Request(2, Intervention(1, learning_rate=0.5)))
    assert live.before_batch(2, 3, whole_epochs=True) == []
    assert live.before_batch(2, 4, whole_epochs=False) == [Intervention(2, 4, learning_rate=0.5)]
    assert live.before_batch(3, 0, whole_epochs=True) == [Intervention(3, strategy="mla")]


def test_a_placed_change_waits_for_its_place_and_is_refused_after_it():
    live, sent = control()
    live.request(Request(1, Intervention(3, 2, learning_rate=0.5), placed=True))
    assert live.before_batch(3, 1, whole_epochs=False) == []
    assert live.before_batch(3, 2, whole_epochs=False) == [Intervention(3, 2, learning_rate=0.5)]
    live.request(Request(2, Intervention(3, 2, learning_rate=0.5), placed=True))
    assert live.before_batch(3, 3, whole_epochs=False) == []
    assert [m[:2] for m in sent if m[0] == "refused"] == [("refused", 2)]


def test_a_change_that_became_impossible_is_refused_and_the_others_are_applied_with_their_numbers():
    live, sent = control(refuse=(0.25,))
    for number, rate in ((1, 0.5), (2, 0.25), (3, 0.125)):
        live.request(Request(number, Intervention(1, learning_rate=rate)))
    found = live.before_batch(1, 0, whole_epochs=False)
    assert [each.learning_rate for each in found] == [0.5, 0.125]
    for each in found:
        live.applied(each, [])
    assert [m[1] for m in sent if m[0] == "applied"] == [1, 3]
    assert ("refused", 2, "refused here") in sent


def test_a_stop_ends_a_pause():
    live, _ = control()
    live.pause(paused=True)
    timer = threading.Timer(0.1, live.request, [Request(1, Intervention(1, stop=True))])
    timer.start()
    assert live.before_batch(1, 5, whole_epochs=True) == [Intervention(1, 5, stop=True)]
    timer.join()


@pytest.mark.parametrize("option", ["cache", "devices", "timeout"])
def test_options_that_a_live_training_does_not_have_are_refused(toy, option):
    with pytest.raises(ConfigError, match=f"{option}= is an option of mmviz.train.fit only"):
        mm.train.LiveTraining(model_of(toy), toy, **{option: 2})


def test_a_live_training_is_checked_like_fit_before_it_starts(toy):
    with pytest.raises(ConfigError, match="did you mean 'epochs'"):
        mm.train.LiveTraining(model_of(toy), toy, epoch=3)
    with pytest.raises(ConfigError, match="at epoch 9 of 3"):
        mm.train.LiveTraining(model_of(toy), toy, epochs=3, interventions=[Intervention(9, stop=True)])
    with pytest.raises(ConfigError, match="threads=0"):
        mm.train.LiveTraining(model_of(toy), toy, threads=0)
    ready = mm.train.LiveTraining(model_of(toy), toy)
    assert ready.threads == max(1, torch.get_num_threads() - 1)
    for act in (ready.pause, ready.resume, ready.stop):
        with pytest.raises(ConfigError, match=r"the training is ready; call start\(\)"):
            act()
    with pytest.raises(ConfigError, match="was not started"):
        ready.wait()


def test_a_script_with_expressions_for_data_and_model_is_complete(toy):
    live = mm.train.LiveTraining(model_of(toy), toy, epochs=1, batch_size=64, monitor=None, seed=3)
    text = live.script(
        ds='mm.data.synthetic(n=120, steps=24, seed=0, task="classification")',
        model='mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)',
    )
    found = {}
    exec(text, found)  # noqa: S102
    assert len(found["run"].history) == 2
    assert found["run"].info["train"]["seed"] == 3


def test_a_strategy_that_is_not_registered_has_no_script(toy):
    live = mm.train.LiveTraining(model_of(toy), toy, strategy=failing_strategy())
    with pytest.raises(ConfigError, match="'failing' is not registered"):
        live.script()


def test_resuming_a_stopped_training_repeats_its_interventions(toy, tmp_path):
    plan = [Intervention(1, learning_rate=1e-3), Intervention(2, stop=True)]
    mm.train.fit(model_of(toy), toy, epochs=3, monitor=True, interventions=plan, out=tmp_path / "run", progress=False)
    live = mm.train.LiveTraining(model_of(toy), toy, epochs=3, out=tmp_path / "run", resume=True)
    assert "Intervention(epoch=1, learning_rate=0.001)" in live.script()
    assert "stop" not in live.script()
