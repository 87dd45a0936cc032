"""``mm.doctor()``: findings for a working and for a broken installation, each with advice."""

import json
from importlib.metadata import PackageNotFoundError

import pytest

import mmviz as mm
from mmviz.diagnosis import Checkup, Finding, checks
from mmviz.diagnosis.checkup import WidgetCheck


@pytest.fixture(scope="module")
def checkup():
    return mm.doctor()


def test_a_working_installation_is_healthy_and_every_area_has_a_finding(checkup):
    assert checkup.healthy, str(checkup)
    assert {f.area for f in checkup} == {"python", "packages", "kernels", "threads", "data", "speed", "widgets"}
    text = str(checkup)
    assert text.endswith("No problems found.")
    assert "av_digits" in text
    assert "the coupled scan runs on numba" in text
    assert checkup.widget is None, "no widget outside a notebook"


def test_a_missing_package_is_bad_where_it_is_needed_and_a_note_where_not(monkeypatch):
    def without(name):
        if name in ("plotly", "shap"):
            raise PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(checks, "version", without)
    found = {f.what.split()[0]: f for f in checks.package_findings() if "not installed" in f.what}
    assert found["plotly"].state == "bad"
    assert found["shap"].state == "note"
    assert "[explain]" in found["shap"].advice


def test_a_python_older_than_required_is_a_bad_finding(monkeypatch):
    monkeypatch.setattr(checks, "PYTHON", (99, 0))
    first = next(checks.package_findings())
    assert first.state == "bad"
    assert "99.0" in first.advice


def test_a_kernel_that_differs_from_the_reference_by_a_percent_is_a_bad_finding(monkeypatch):
    import mmkernels

    right = mmkernels.coupled_scan

    def wrong(*args, **options):
        y = right(*args, **options)
        return y if options.get("backend") == "reference" else y * 1.01

    monkeypatch.setattr(mmkernels, "coupled_scan", wrong)
    first = next(checks.kernel_findings())
    assert first.state == "bad"
    assert "reference" in first.advice


def test_a_data_set_that_does_not_open_is_bad_and_a_check_that_fails_is_a_finding(monkeypatch):
    def broken(*_):
        raise OSError("the disk is gone")

    monkeypatch.setattr(mm.data, "load", broken)
    found = mm.doctor()
    assert not found.healthy
    assert [f.state for f in found.of("data")][:2] == ["bad", "bad"]
    monkeypatch.setattr(checks, "probe", broken)
    assert "the disk is gone" in mm.doctor().of("speed")[0].what
    assert "need attention" in str(found)


def test_notebook_times_are_scaled_by_the_time_of_the_probe(monkeypatch, tmp_path):
    known = {"probe_s": 0.01, "notebooks": {"00_start_here": 30.0}}
    (tmp_path / "seconds.json").write_text(json.dumps(known))
    monkeypatch.setattr(checks, "NOTEBOOK_TIMES", tmp_path / "seconds.json")
    monkeypatch.setattr(checks, "probe", lambda: 0.05)
    step, listed = checks.speed_findings()
    assert step.state == "note"
    assert "5.0 times" in step.what
    assert "00_start_here 150 s" in listed.what


def test_without_notebook_times_only_the_training_step_is_reported(monkeypatch, tmp_path):
    monkeypatch.setattr(checks, "NOTEBOOK_TIMES", tmp_path / "none.json")
    (only,) = checks.speed_findings()
    assert only.state == "note"
    assert "ms" in only.what


def test_the_table_marks_each_finding_and_prints_advice_below():
    text = str(Checkup((Finding("data", "bad", "gone", "fetch it"), Finding("data", "good", "there"))))
    assert text.splitlines() == ["data  ✗ gone", "        → fetch it", "      ✓ there", "1 of 2 need attention (✗)."]


def test_the_line_of_the_widget_says_what_to_do_where_it_is_not_drawn():
    widget = WidgetCheck()
    assert widget.alive is False
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert "widgets are not drawn here" in data["text/plain"]
    widget.set_state({"alive": True})
    assert widget.alive is True


def test_long_findings_are_broken_between_words_below_their_beginning():
    words = [f"notebook_{i:02d}" for i in range(40)]
    text = str(Checkup((Finding("speed", "good", " ".join(words), " ".join(words)),)))
    lines = text.splitlines()[:-1]
    assert len(lines) > 4
    assert max(map(len, lines)) <= 104
    assert [word for word in text.split() if word.startswith("notebook_")] == words * 2
    assert lines[1].startswith("         notebook_")
