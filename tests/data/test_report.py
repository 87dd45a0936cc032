"""A report counts findings and shows hostile text as text."""

import re

from mmviz.data import Report

HOSTILE = "<img src=x onerror=alert(1)>$\\href{javascript:alert(1)}{x}$</table><script>\u202e\x00\n&"


def test_finding_of_nothing_is_no_finding():
    report = Report("toy")
    report.add("note", "constant", "train a", 0)
    assert len(report) == 0
    assert str(report) == "Report on toy: nothing to report"


def test_counts_add_up_by_kind():
    report = Report("toy")
    report.add("repair", "nonfinite", "train a", 3, first="sample 'x'")
    report.add("repair", "nonfinite", "test a", 4)
    report.add("note", "constant", "train a", 1)
    assert report.count("nonfinite") == 7
    assert [f.where for f in report] == ["train a", "test a", "train a"]


def test_table_has_a_row_per_finding():
    report = Report("toy")
    report.add("warning", "leakage", "train, test", 2, first="group 's0'", action="kept")
    rows = str(report).splitlines()
    assert rows[1].split() == ["level", "kind", "where", "count", "first", "action"]
    assert rows[2].split() == ["warning", "leakage", "train,", "test", "2", "group", "'s0'", "kept"]


def test_hostile_text_is_inert_in_html():
    report = Report(HOSTILE)
    report.add("note", "absent", HOSTILE, 1, first=HOSTILE)
    page = report._repr_html_()
    tags = set(re.findall(r"</?([a-z]+)", page))
    assert tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert "$" not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 3


def test_hostile_text_stays_on_its_line_in_text():
    report = Report("toy")
    report.add("note", "absent", HOSTILE, 1)
    assert len(str(report).splitlines()) == 3
    assert "\\u202e" in str(report)
