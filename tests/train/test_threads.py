"""Threads of a training: one for small work, the user's number where one is set, and the number from before afterwards."""

import os

import pytest
from fresh_process import printed
from mmkernels.cpu import processors, spin

import mmviz as mm
from mmviz.diagnosis import threads as diagnosis
from mmviz.train.threads import is_small


@pytest.mark.parametrize(
    ("name", "options", "batch_size", "small"),
    [
        ("coupled_mamba", {"width": 8, "layers": 2, "state": 4}, 32, True),
        ("coupled_mamba", {"width": 64, "layers": 2, "state": 16}, 32, False),
        ("coupled_mamba", {"width": 32, "layers": 2, "state": 8}, 8, True),
        ("transformer", {"width": 16, "layers": 2}, 32, False),
        ("concat", {"width": 4}, 32, True),
    ],
)
def test_small_work_is_decided_by_parameters_steps_and_batch_size(toy, name, options, batch_size, small):
    assert is_small(mm.models.build(name, toy.spec, **options), batch_size) is small


CODE = """
import torch
import mmviz as mm
{then}
ds = mm.data.synthetic(n=40, steps=24, seed=0, task="classification")
model = mm.models.build("coupled_mamba", ds.spec, width=8, layers=1, state=4)
seen, before = [], torch.get_num_threads()
run = mm.train.fit(model, ds, epochs=1, progress=False, log=lambda row: seen.append(torch.get_num_threads()))
seen.append("then")
predict = type(model).streams
type(model).streams = lambda self, *a, **k: (seen.append(torch.get_num_threads()), predict(self, *a, **k))[1]
import warnings; warnings.simplefilter("ignore")
mm.record(run, ds["test"], recorded_samples=2)
print(before, *dict.fromkeys(seen), torch.get_num_threads())
"""


@pytest.mark.skipif(len(processors.allowed()) < 2, reason="needs two processors")
def test_a_small_training_and_its_recording_run_on_one_thread_and_restore_the_number():
    before, *inside, after = printed(CODE.format(then="")).split()
    assert inside == ["1", "then"]
    assert before == after
    assert int(before) > 1


def test_the_users_number_of_threads_is_kept():
    assert printed(CODE.format(then="torch.set_num_threads(2)")) == "2 2 then 2"


def sentences():
    return [finding.what for finding in diagnosis.thread_findings()]


def test_the_doctor_states_processors_limits_threads_and_how_they_wait(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(processors, "allowed", lambda: frozenset(range(8)))
    monkeypatch.setattr(processors, "quota", lambda: 2.5)
    monkeypatch.setattr(processors, "set_by_user", lambda: "")
    monkeypatch.setattr(processors, "limited_from", lambda: 8)
    monkeypatch.setattr(diagnosis.torch, "get_num_threads", lambda: 2)
    monkeypatch.setattr(spin, "reason_against", lambda: "")
    monkeypatch.setattr(diagnosis, "other_work", lambda seconds: 1.26)
    assert sentences() == [
        "64 processors; the affinity of this process allows 8, its control group grants the time of 2.5",
        "PyTorch uses 2 threads; mmviz has lowered it from 8; small trainings and recordings run on one",
        "threads that wait for work spin as GNU's OpenMP does, and only briefly while other programs need the processors during a training or recording",
        "other programs keep 1.3 of 8 processors busy now",
    ]


def test_the_doctor_names_the_users_settings_and_too_many_threads(monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    monkeypatch.setattr(processors, "allowed", lambda: frozenset(range(2)))
    monkeypatch.setattr(processors, "quota", lambda: None)
    monkeypatch.setattr(processors, "set_by_user", lambda: "OMP_NUM_THREADS=4")
    monkeypatch.setattr(diagnosis.torch, "get_num_threads", lambda: 4)
    monkeypatch.setattr(spin, "reason_against", lambda: "GOMP_SPINCOUNT=7 is set")
    monkeypatch.setattr(diagnosis, "other_work", lambda seconds: 0.1)
    found = list(diagnosis.thread_findings())
    assert [finding.what for finding in found] == [
        "2 processors; no affinity or quota limits them",
        "PyTorch uses 4 threads, as you have set (OMP_NUM_THREADS=4); mmviz changes nothing",
        "threads that wait for work: nothing is changed, because GOMP_SPINCOUNT=7 is set",
    ]
    assert found[1].state == "note"
    assert "at most 2" in found[1].advice
