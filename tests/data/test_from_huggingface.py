"""from_huggingface: a datasets.Dataset becomes the data set that from_arrays makes of the same arrays; nothing opens a connection."""

import io
import socket
import wave

import numpy as np
import pytest
from PIL import Image as Pictures

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError

datasets = pytest.importorskip("datasets")
Features, Value, ClassLabel, List = datasets.Features, datasets.Value, datasets.ClassLabel, datasets.List

N = 16
RNG = np.random.default_rng(0)
SOUND = [RNG.normal(size=(1 + i % 3, 2)).astype(np.float32).tolist() for i in range(N)]
IMAGES = RNG.integers(0, 256, (N, 6, 8, 3), dtype=np.uint8)
TYPES = Features({
    "mfcc": List(List(Value("float32"))), "grid": datasets.Array2D((2, 3), "float32"), "age": Value("float64"), "sex": Value("int8"),
    "words": Value("string"), "label": ClassLabel(names=["calm", "angry"]), "who": Value("string"),
})  # fmt: skip


@pytest.fixture(autouse=True)
def offline(monkeypatch):
    def refuse(*_):
        raise AssertionError("a connection was opened")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def columns():
    return {
        "mfcc": list(SOUND), "grid": RNG.normal(size=(N, 2, 3)).astype(np.float32).tolist(), "age": [20.0 + i for i in range(N)],
        "sex": [i % 2 for i in range(N)], "words": [f"w{i}" for i in range(N)], "label": [i % 2 for i in range(N)],
        "who": [f"s{i % 3}" for i in range(N)],
    }  # fmt: skip


def made(**changes):
    return datasets.Dataset.from_dict({**columns(), **changes}, features=TYPES)


def letters(texts):
    return [np.array([[ord(c)] for c in t], float) for t in texts]


PLACES = {"audio": "mfcc", "grid": "grid", "table": ["age", "sex"], "text": "words"}


def read(data, **options):
    given = {"modalities": PLACES, "target": "label", "group": "who", "encoders": {"text": letters}}
    return mm.data.from_huggingface(data, **{**given, **options})


def test_every_numeric_feature_and_text_give_the_data_set_of_the_arrays_with_names_of_classes_and_columns():
    given = columns()
    ds = read(datasets.DatasetDict({"train": made(**given), "validation": made(**given)}))
    inputs = {
        "audio": [np.array(x, np.float32) for x in given["mfcc"]], "grid": np.array(given["grid"], np.float32),
        "table": np.array([given["age"], given["sex"]]).T[:, None], "text": given["words"],
    }  # fmt: skip
    plain = mm.data.from_arrays(
        {"train": inputs, "valid": inputs}, dict.fromkeys(("train", "valid"), given["label"]), encoders={"text": letters},
        group=dict.fromkeys(("train", "valid"), given["who"]), classes=["calm", "angry"],
    )  # fmt: skip
    assert ds.fingerprint() == plain.fingerprint()
    assert ds.spec.task.classes == ("calm", "angry")
    assert ds.spec.modality("table").channels == ("age", "sex")


@pytest.mark.parametrize("change", ["select", "shuffle", "torch format", "numpy format", "filter"])
def test_selected_shuffled_and_formatted_data_sets_give_the_rows_that_they_show(change):
    data = made()
    rows = {"select": [3, 1, 2, 8], "shuffle": None, "filter": [0, 2, 4, 6, 8, 10, 12, 14]}.get(change, list(range(N)))
    shown = {
        "select": lambda: data.select([3, 1, 2, 8]), "shuffle": lambda: data.shuffle(seed=1), "filter": lambda: data.filter(lambda r: r["sex"] == 0),
        "torch format": lambda: data.with_format("torch"), "numpy format": lambda: data.with_format("numpy", columns=["age"]),
    }[change]()  # fmt: skip
    split = read({"train": shown}, target="who", group=None)["train"]
    rows = [int(a) - 20 for a in split.inputs["table"][:, 0, 0]] if rows is None else rows
    assert sorted(rows) == list(range(N)) or change in ("select", "filter")
    np.testing.assert_array_equal(split.inputs["table"][:, 0, 0], [20 + r for r in rows])
    np.testing.assert_array_equal(split.inputs["audio"][0, : len(SOUND[rows[0]])], np.array(SOUND[rows[0]], np.float32))


def test_a_none_cell_is_absent_a_none_number_is_missing_and_label_minus_one_is_no_label():
    given = columns()
    given["mfcc"][2] = given["words"][3] = given["grid"][4] = given["age"][5] = None
    train, test = made(**given), made(label=[-1] * N)
    ds = read({"train": train, "test": test}, nonfinite="mean")
    for m, row in (("audio", 2), ("text", 3), ("grid", 4)):
        assert ds["train"].valid[m].any(1).tolist() == [i != row for i in range(N)]
    assert ds["train"].extras["missing cells of table"].sum() == 1
    assert ds["test"].target is None
    with pytest.raises(DataError, match=r"train table: 1 non-finite.*\(row 5\)"):
        read({"train": train, "test": test})


def test_no_split_is_refused():
    with pytest.raises(DataError, match="from_huggingface: no split"):
        mm.data.from_huggingface({}, {"a": "b"})


def test_nested_features_and_times_are_found_by_their_path():
    data = datasets.Dataset.from_list([
        {"sensor": {"x": [[float(i), 1.0]] * 3, "t": [0.0, 0.1, 0.3]}, "y": float(i)} for i in range(N)
    ])  # fmt: skip
    ds = mm.data.from_huggingface(
        {"train": data}, {"x": ("sensor", "x")}, "y", times={"x": ("sensor", "t")}, task="regression"
    )
    np.testing.assert_allclose(ds["train"].times["x"], [[0.0, 0.1, 0.3]] * N)
    assert ds["train"].inputs["x"][5, 2].tolist() == [5.0, 1.0]
    with pytest.raises(ConfigError, match=r"no column 'z'.*there is 'x', 't'"):
        mm.data.from_huggingface({"train": data}, {"x": ("sensor", "z")}, "y")


def png(pixels, kind="PNG"):
    file = io.BytesIO()
    Pictures.fromarray(pixels).save(file, kind)
    return file.getvalue()


def wav(samples, rate=8000):
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(samples.shape[1])
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()


TONES = [(8000 * np.sin(np.arange(800 + 80 * i) * (0.1 + 0.02 * i))).astype(np.int16)[:, None] for i in range(N)]


def media(**changes):
    given = {
        "photo": [{"bytes": png(x), "path": None} for x in IMAGES],
        "sound": [{"bytes": wav(x), "path": None} for x in TONES],
    }
    stored = {
        "bytes": Value("binary"),
        "path": Value("string"),
    }  # Audio encodes examples with torchcodec, casting does without
    data = datasets.Dataset.from_dict(
        {**given, **changes, "y": [i % 2 for i in range(N)]},
        Features({"photo": stored, "sound": stored, "y": Value("int64")}),
    )
    return data.cast(Features({"photo": datasets.Image(), "sound": datasets.Audio(), "y": Value("int64")}))


def read_media(data, encoders=None):
    own = {"photo": mm.data.encoders.image_patches(2), "sound": mm.data.encoders.log_mel_frames(8000)}
    return mm.data.from_huggingface(
        {"train": data}, {"photo": "photo", "sound": "sound"}, "y", encoders=own if encoders is None else encoders
    )


def test_images_and_sound_are_decoded_from_their_bytes_or_files_to_the_features_of_the_arrays(tmp_path):
    (tmp_path / "a.wav").write_bytes(wav(TONES[3]))
    (tmp_path / "a.png").write_bytes(png(IMAGES[3]))
    data = media()
    rows = [{"bytes": None, "path": str(tmp_path / f"a.{kind}")} for kind in ("png", "wav")]
    as_files = media(
        photo=[rows[0] if i == 3 else {"bytes": png(x), "path": None} for i, x in enumerate(IMAGES)],
        sound=[rows[1] if i == 3 else {"bytes": wav(x), "path": None} for i, x in enumerate(TONES)],
    )
    tones = [x[:, 0] for x in TONES]
    plain = mm.data.from_arrays(
        {"train": {"photo": IMAGES, "sound": tones}}, {"train": np.arange(N) % 2},
        encoders={"photo": mm.data.encoders.image_patches(2), "sound": mm.data.encoders.log_mel_frames(8000)},
    )  # fmt: skip
    assert read_media(data).fingerprint() == plain.fingerprint()
    assert read_media(as_files).fingerprint() == plain.fingerprint()
    assert plain.spec.modality("sound").rate_hz == 100.0


def test_an_encoder_of_another_kind_receives_images_as_arrays():
    seen = []

    def network(images):
        seen.extend(images)
        return [np.ones((1, 2))] * len(images)

    read_media(media(), {"photo": network, "sound": mm.data.encoders.log_mel_frames(8000)})
    np.testing.assert_array_equal(seen, IMAGES)


BAD = {
    "a corrupted image": (lambda: media(photo=[{"bytes": png(IMAGES[0])[:40], "path": None}] * N), "train photo, row 0: .*not decoded"),
    "an image of another kind": (lambda: media(photo=[{"bytes": png(IMAGES[0], "BMP"), "path": None}] * N), "train photo, row 0: .*not decoded"),
    "a truncated recording": (
        lambda: media(sound=[{"bytes": wav(TONES[i])[: -7 if i == 6 else None], "path": None} for i in range(N)]),
        "train sound, row 6: recording 0: .*truncated",
    ),
    "another rate": (
        lambda: media(sound=[{"bytes": wav(TONES[i], 16000 if i == 5 else 8000), "path": None} for i in range(N)]),
        "train sound, row 5: recording 0: 16000 samples a second, sample_rate is 8000; .*resample=True",
    ),
    "stereo": (
        lambda: media(sound=[{"bytes": wav(np.repeat(TONES[i], 1 + (i == 2), 1)), "path": None} for i in range(N)]),
        "train sound, row 2: recording 0: 2 channels; pass channel='mean'",
    ),
    "a remote file": (
        lambda: media(sound=[{"bytes": None, "path": "https://example.org/a.wav"}] * N),
        "train sound, row 0: 'https://example.org/a.wav' is no file on this machine",
    ),
    "a file that is gone": (lambda: media(sound=[{"bytes": None, "path": "/nowhere/a.wav"}] * N), "row 0: .*nowhere/a.wav cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_media_that_cannot_be_decoded_are_refused_with_split_and_row(kind):
    make, message = BAD[kind]
    with pytest.raises(DataError, match=message):
        read_media(make())


@pytest.mark.parametrize(
    ("make", "options", "error", "message"),
    [
        (lambda: made(), {"modalities": {"a": "mffc"}, "encoders": {}}, ConfigError, "no column 'mffc'.*mfcc"),
        (lambda: made(), {"encoders": {}}, ConfigError, "train text: raw text; pass encoders={'text': mmviz.data.encoders.minilm"),
        (lambda: made(), {"modalities": {"t": ["age", "words"]}, "encoders": {}}, ConfigError, "column 'words' is Value.'string'"),
        (lambda: made(label=[1] * N), {"target": "who", "group": None, "classes": ["s0"]}, DataError, "only one class|none of the classes"),
        (lambda: made().to_iterable_dataset(), {}, DataError, "train: a streamed data set"),
        (lambda: made().with_transform(lambda batch: batch), {}, DataError, "has a transform .set_transform.*\\.map"),
        (lambda: [{"mfcc": 1}], {}, DataError, "train: a list; give a datasets.Dataset"),
        (lambda: made(), {"modalities": {"a": {"mfcc"}}, "encoders": {}}, ConfigError, "modalities..a..: {'mfcc'}, a set; name one place"),
        (lambda: made().select([]), {}, DataError, "train .*no sample"),
        (lambda: made(mfcc=[[[1.0, 2.0], [3.0]]] * N), {}, DataError, "train audio, row 0: .*inhomogeneous"),
        (lambda: made(), {"ids": "who"}, DataError, "ids: 3 occur more than once"),
    ],
)  # fmt: skip
def test_wrong_columns_types_and_kinds_of_data_sets_are_refused_by_name(make, options, error, message):
    with pytest.raises(error, match=message):
        read({"train": make()}, **options)


def test_a_list_of_numbers_needs_the_meaning_of_its_axis_and_images_without_an_encoder_name_one():
    data = datasets.Dataset.from_dict(
        {"ecg": [[1.0, 2.0, 3.0][: 1 + i % 3] for i in range(N)], "y": [i % 2 for i in range(N)]}
    )
    with pytest.raises(DataError, match=r"train ecg, row 0: .*axes={'ecg': 'steps'}"):
        mm.data.from_huggingface({"train": data}, {"ecg": "ecg"}, "y")
    ds = mm.data.from_huggingface({"train": data}, {"ecg": "ecg"}, "y", axes={"ecg": "steps"})
    assert ds["train"].valid["ecg"].sum(1).tolist() == [1 + i % 3 for i in range(N)]
    with pytest.raises(
        ConfigError, match=r"train photo: images; pass encoders={'photo': mmviz\.data\.encoders\.image_patches\(8\)}"
    ):
        read_media(media(), encoders={})
