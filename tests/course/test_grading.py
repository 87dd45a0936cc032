"""Grading: the graded cell's verdict and error, no point lost by a warning, solutions hidden."""

import sys
import warnings

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError
from mmviz.course.grading import VERDICT, NoPointError


@pytest.fixture
def shown(monkeypatch):
    """Collect what is displayed."""
    found = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: found.append(data))
    return found


def test_grade_displays_the_verdict_of_a_correct_answer_and_returns(shown):
    assert mm.course.grade("2.4", lambda M: np.log(2) / np.log(M)) is None
    assert shown[0][VERDICT] == {"number": "2.4", "correct": True, "mistake": None, "answered": True}
    assert shown[0]["text/plain"].startswith("✓ 2.4")


def test_grade_displays_the_named_mistake_and_raises(shown):
    with pytest.raises(NoPointError, match=r"exercise 2\.4: no point"):
        mm.course.grade("2.4", lambda M: 1 / M)
    assert shown[0][VERDICT] == {"number": "2.4", "correct": False, "mistake": "decay", "answered": True}
    with pytest.raises(NoPointError):
        mm.course.grade("2.4", ...)
    assert shown[1][VERDICT]["answered"] is False


def test_a_warning_of_a_correct_answer_does_not_go_to_stderr(shown, capsys):
    def noisy(M):
        print("a message", file=sys.stderr)
        warnings.warn("a warning", RuntimeWarning, stacklevel=1)
        return np.log(2) / np.log(M)

    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.showwarning = lambda text, *_, **__: print(text, file=sys.stderr)  # as outside pytest
        mm.course.grade("2.4", noisy)
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "a message" in printed.out
    assert "a warning" in printed.out


def test_an_edition_without_solutions_refuses_the_solution_and_does_not_refer_to_it(monkeypatch):
    monkeypatch.setenv("MMVIZ_SOLUTIONS", "hidden")
    with pytest.raises(ConfigError, match=r"no solutions\. Use mm\.course\.hint\('2\.1'\)"):
        mm.course.solution("2.1")
    assert "solution" not in mm.course.hint("2.1", 3)
    with pytest.raises(ConfigError, match=r"has hints 1 to 3$"):
        mm.course.hint("2.1", 4)
