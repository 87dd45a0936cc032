"""Files of models for a page: what is saved is read back; a damaged or hostile one gives a sentence, in Python and in the engine."""

import json
import sys

import numpy as np
import pytest
from engine_cases import MEMBERS, changed, floats, requests

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError, ExportError
from mmviz.io.page_model import MAGIC, PageModel
from mmviz.models.batch import batch_of
from mmviz.recording.coalitions import recorded_predictions


@pytest.fixture(scope="module")
def run(small, trained):
    return changed(trained, "average", small)


@pytest.fixture(scope="module")
def page(run, small):
    return mm.recording.export_model(run, small["test"])


def test_a_saved_model_is_read_back_equal(page, tmp_path):
    back = PageModel.load(page.save(tmp_path / "model"))
    assert (back.graph, back.weights, back.about) == (page.graph, page.weights, page.about)
    assert back.split.ids == page.split.ids
    for name in page.modalities:
        np.testing.assert_array_equal(back.split.frames[name].values, page.split.frames[name].values)
        np.testing.assert_array_equal(back.split.valid[name], page.split.valid[name])


@pytest.mark.parametrize(
    ("weights", "inputs"),
    [
        ("float24", "uint14"),
        ("float16", "uint8"),
        ("float32", "float16"),
        ("float24", "adaptive"),
        ("adaptive", "uint14"),
        ("adaptive", "adaptive"),
    ],
)
def test_the_stated_error_is_the_one_of_the_engine(run, small, in_engine, weights, inputs):
    page = mm.recording.export_model(run, small["test"], weights=weights, inputs=inputs)
    found = in_engine([{"name": "x", "page": page, "requests": requests()}])["found"]["x"]["js"]
    want = recorded_predictions(run.model, batch_of(small["test"]), MEMBERS, every_step=True)
    error = np.nanmax(np.abs(np.stack([floats(one["predictions"], want.shape[1:]) for one in found]) - want))
    assert page.about["error"] == pytest.approx(error, abs=1e-6)
    assert page.about["error"] > 1e-7


def _changed(page, tmp_path, change):
    header = json.loads(json.dumps(page.header()))
    change(header)
    text = json.dumps(header).encode()
    (tmp_path / "bad").write_bytes(MAGIC + len(text).to_bytes(8, "little") + text + page.blob())
    return tmp_path / "bad"


def _node(header, op):
    return next(node for node in header["graph"]["nodes"] if node["op"] == op)


HOSTILE = {
    "unknown operator": (lambda h: _node(h, "linear").update(op="eval"), "unknown operator"),
    "later node": (lambda h: _node(h, "linear")["args"].update(input={"ref": 99999}), "refers to node 99999"),
    "itself": (
        lambda h: h["graph"]["nodes"][-1]["args"].update(x={"ref": len(h["graph"]["nodes"]) - 1}),
        "refers to node",
    ),
    "negative node": (lambda h: _node(h, "linear")["args"].update(input={"ref": -1}), "refers to node -1"),
    "huge size": (lambda h: _node(h, "linear").update(shape=[1 << 20, 1 << 20]), "values"),
    "weights cut": (lambda h: _node(h, "constant").update(at=1 << 40), "bytes of weights"),
    "version": (lambda h: h["graph"].update(version=99), "version 99"),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_graph_is_refused_by_a_sentence_in_python_and_in_the_engine(page, tmp_path, in_engine, kind):
    change, message = HOSTILE[kind]
    path = _changed(page, tmp_path, change)
    with pytest.raises(DataError, match=message):
        PageModel.load(path)
    found = in_engine([{"name": "x", "page": path, "requests": requests()}])["found"]["x"]
    assert all(text.startswith("Error: model in the page:") and message in text for text in found.values()), found


def test_shapes_that_do_not_multiply_and_missing_arguments_are_refused_by_the_engine(page, tmp_path, in_engine):
    changes = {
        "shape": lambda h: _node(h, "linear")["args"].update(weight=_node(h, "linear")["args"]["bias"]),
        "missing": lambda h: _node(h, "linear")["args"].pop("weight"),
    }
    for name, change in changes.items():
        found = in_engine([{"name": name, "page": _changed(page, tmp_path, change), "requests": requests()}])["found"][
            name
        ]
        assert all("(linear)" in text and "save the page again" in text for text in found.values()), found


def _linear(graph):
    return next(node for node in graph["nodes"] if node["op"] in ("linear", "mm", "matmul", "addmm", "bmm"))


def _first(graph):
    node = _linear(graph)
    return node["args"], next(key for key in ("input", "mat1", "self") if key in node["args"])


def _twice(args):
    """Replace the second matrix of a product by the first one."""
    left, right = next(pair for pair in (("mat1", "mat2"), ("input", "weight"), ("self", "mat2")) if pair[1] in args)
    args[right] = args[left]


#: change of the graph of the attribution, the message of Python (None: Python does not check it), and that of the engine
HOSTILE_GRADIENTS = {
    "unknown operator": (lambda g: _linear(g).update(op="eval"), "unknown operator", "unknown operator"),
    "later node": (lambda g: _first(g)[0].update({_first(g)[1]: {"ref": 99999}}), "refers to node 99999", "refers to node 99999"),
    "cycle": (lambda g: g["nodes"][-1]["args"].update(x={"ref": len(g["nodes"]) - 1}), "refers to node", "refers to node"),
    "huge size": (lambda g: _linear(g).update(shape=[1 << 20, 1 << 20]), "values", "values"),
    "weights cut": (lambda g: next(n for n in g["nodes"] if n["op"] == "constant").update(at=1 << 40), "bytes of weights", "bytes of weights"),
    "version": (lambda g: g.update(version=99), "version 99", "version 99"),
    "no output": (lambda g: g["outputs"].pop("predictions"), "an output refers to node None", "the output predictions is not there"),
    "output elsewhere": (lambda g: g["outputs"].update(share={"ref": 10**6}), "an output refers to node 1000000", "the output share is not there"),
    "no shares": (lambda g: g["outputs"].pop("share"), None, "the attribution has no shares"),
    "no weights of outputs": (lambda g: g.update(inputs=[one for one in g["inputs"] if one["kind"] != "weights"]), None, "no weights of outputs"),
    "no inputs": (lambda g: g.pop("inputs"), "no inputs or outputs", "no lists of nodes, inputs and scans"),
    "shapes": (lambda g: _twice(_linear(g)["args"]), None, "cannot multiply"),
}  # fmt: skip


def test_a_hostile_graph_of_the_attribution_is_refused_by_a_sentence_in_python_and_in_the_engine(
    page, tmp_path, in_engine
):
    outputs, jobs = page.graph["gradient"]["steps"] * 2, []
    asked = [{**requests()[0], "weights": [[[0.5] * outputs]]}]
    for kind, (change, in_python, _) in HOSTILE_GRADIENTS.items():
        folder = tmp_path / kind
        folder.mkdir()
        path = _changed(page, folder, lambda header, change=change: change(header["graph"]["gradient"]))
        jobs.append({"name": kind, "page": path, "requests": asked})
        if in_python:
            with pytest.raises(DataError, match=in_python):
                PageModel.load(path)
    found = in_engine([*jobs, {"name": "as exported", "page": page, "requests": asked}])["found"]
    assert not isinstance(found.pop("as exported")["wasm"], str)
    for kind, texts in found.items():
        for text in texts.values():
            assert isinstance(text, str), kind
            assert text.startswith("Error: model in the page:"), (kind, text)
            assert HOSTILE_GRADIENTS[kind][2] in text, (kind, text)


def test_truncated_and_other_files_are_refused(page, tmp_path):
    path = page.save(tmp_path / "model")
    whole = path.read_bytes()
    for data, message in [
        (whole[:-9], "bytes of arrays"),
        (whole[:100], "cannot be read"),
        (b"PK\x03\x04" * 9, "is no model"),
    ]:
        (tmp_path / "cut").write_bytes(data)
        with pytest.raises(DataError, match=message):
            PageModel.load(tmp_path / "cut")


def test_unknown_options_and_epochs_are_refused(run, small):
    with pytest.raises(ConfigError, match="float8"):
        mm.recording.export_model(run, small["test"], weights="float8")
    with pytest.raises(ConfigError, match=r"storage.*tiny"):
        mm.recording.export_model(run, small["test"], storage="tiny")
    with pytest.raises(ConfigError, match="epoch=7"):
        mm.recording.export_model(run, small["test"], epoch=7)


def test_a_missing_operator_is_named(run, small, monkeypatch):
    from mmviz.recording import graph_nodes

    monkeypatch.setattr(graph_nodes, "OPERATORS", graph_nodes.OPERATORS - {"gelu"})
    with pytest.raises(ExportError, match="the operator gelu, which the page cannot run"):
        mm.recording.export_model(run, small["test"])


def test_some_samples_only_are_said_in_a_note(run, small):
    page = mm.recording.export_model(run, small["test"], samples=[2, 0])
    assert page.split.ids == tuple(map(str, small["test"].ids[[2, 0]]))
    assert "2 of 4 samples" in page.about["notes"][0]


def test_small_storage_rounds_weights_and_frames_and_a_named_storage_takes_precedence(run, small, page):
    kinds = {}
    for options in ({}, {"storage": "small"}, {"storage": "small", "weights": "float32"}):
        about = mm.recording.export_model(run, small["test"], **options).about
        kinds[tuple(options)] = (about["weights"], about["inputs"])
        assert (about["error"] > 0) == bool(options)
    assert list(kinds.values()) == [("float32", "float32"), ("float16", "uint14"), ("float32", "uint14")]


def test_the_automatic_storage_is_exact_for_a_small_model_and_compact_above_the_limit(run, small, monkeypatch):
    module = sys.modules["mmviz.recording.export_model"]
    about = mm.recording.export_model(run, small["test"]).about
    assert (about["weights"], about["inputs"], about["error"]) == ("float32", "float32", 0)
    monkeypatch.setattr(module, "MAX_EXACT_BYTES", 100)
    about = mm.recording.export_model(run, small["test"]).about
    assert (about["weights"], about["inputs"]) == ("adaptive", "adaptive")
    assert about["error"] > 0
    about = mm.recording.export_model(run, small["test"], storage="exact").about
    assert (about["weights"], about["inputs"], about["error"]) == ("float32", "float32", 0)


@pytest.mark.parametrize("tolerance", [3e-4, 2e-6])
def test_adaptive_frames_keep_every_prediction_within_the_tolerance_with_the_bits_that_it_takes(
    run, small, monkeypatch, tolerance
):
    monkeypatch.setattr(sys.modules["mmviz.recording.export_rounding"], "TOLERANCE", tolerance)
    page = mm.recording.export_model(run, small["test"], inputs="adaptive")
    assert 0 < page.about["inputs_error"] <= tolerance
    shift = page.split.frames[page.modalities[0]].shift
    assert len(shift) == len(page.split)
    assert (shift >= (6 if tolerance > 1e-4 else 1)).all()
    finer = page.about["inputs_error"] < 1e-5
    assert finer == (tolerance < 1e-5)


@pytest.mark.parametrize(("tolerance", "kind"), [(1e-4, "adaptive"), (3e-6, "adaptive"), (1e-9, "float24")])
def test_adaptive_weights_keep_every_prediction_within_the_tolerance_with_the_bits_that_it_takes(
    run, small, monkeypatch, tolerance, kind
):
    monkeypatch.setattr(sys.modules["mmviz.recording.export_rounding"], "WEIGHT_TOLERANCE", tolerance)
    monkeypatch.setattr(sys.modules["mmviz.recording.export_rounding"], "TOLERANCE", 3 * tolerance)
    page = mm.recording.export_model(run, small["test"], weights="adaptive")
    about = page.about
    assert about["weights"] == kind
    stores = {node["store"] for node in page.graph["nodes"] if node["op"] == "constant"}
    assert ("u2" in stores) == (kind == "adaptive")
    if kind == "adaptive":
        assert 0 < about["weights_error"] <= tolerance
        assert (about["weight_bits"] == 10) == (tolerance == 1e-4)
        assert 10 <= about["weight_bits"] <= 16
    else:
        assert "weight_bits" not in about


@pytest.mark.parametrize("change", [{"step": 0.0}, {"step": None}, {"step": "1"}, {"zero": None}, {"zero": 0.5}])
def test_levels_of_weights_without_a_step_and_a_zero_are_refused_in_python_and_in_the_engine(
    run, small, tmp_path, in_engine, change
):
    page = mm.recording.export_model(run, small["test"], weights="adaptive", attribution=False)
    path = _changed(
        page,
        tmp_path,
        lambda h: next(n for n in h["graph"]["nodes"] if n.get("store") == "u2").update(change),
    )
    with pytest.raises(DataError, match="has levels with the step"):
        PageModel.load(path)
    found = in_engine([{"name": "x", "page": path, "requests": requests()}])["found"]["x"]
    assert all("has levels without a step and a zero" in text for text in found.values()), found


@pytest.mark.parametrize("shift", [[0, 0], [0, 0, 0, 25], [0, 0, 0, -1], [0.5, 0, 0, 0], "0000"])
def test_an_impossible_shift_of_adaptive_frames_is_refused(run, small, tmp_path, shift):
    page = mm.recording.export_model(run, small["test"], inputs="adaptive")
    path = _changed(page, tmp_path, lambda h: h["split"]["modalities"][0].update(shift=shift))
    with pytest.raises(DataError, match=r"shift is .* expected 4 whole numbers from 0 to 24"):
        PageModel.load(path)


def test_above_the_size_limit_as_many_samples_as_fit_are_stored_and_a_note_says_so(run, small, monkeypatch):
    module = sys.modules["mmviz.recording.export_model"]
    one = 4 * 6 * (3 + 2 + 4)
    monkeypatch.setattr(module, "MAX_FRAME_BYTES", 3 * one)
    page = mm.recording.export_model(run, small["test"])
    assert len(page.split) == 3
    assert page.about["notes"][0].startswith("3 of 4 samples of 'test' are stored: all would take more than ")
