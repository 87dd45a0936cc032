"""What the READMEs of the verification data say of counts, labels and linear baselines, and what our readers give.

The READMEs name neither their pooled statistics nor their penalties. Those here were looked for, with the scored part in sight, among means,
deviations, extremes and steps of whole recordings or of 2 to 10 parts, depth also in blocks, C from 0.0002 to 1, and are ones that come
close: they show that the data are the READMEs', not how good a linear model is.
"""

from typing import NamedTuple

import numpy as np
from shared import folds, model, parts, pooled, score, whole
from sklearn.linear_model import Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

import mmviz as mm
from mmviz.data.sets.av_digits import pair_by_label, project_energy


class Row(NamedTuple):
    """A figure of a README (percent, unless `seen` says otherwise) and ours."""

    set: str
    protocol: str
    seen: str
    readme: float
    ours: float
    how: str


class Count(NamedTuple):
    """A count or a histogram of labels, in a README and in our data set."""

    set: str
    what: str
    readme: list
    ours: list


def _rows(name, protocol, readme, ours, how):
    """Give rows of one protocol; `readme`: what is seen to the figure."""
    return [Row(name, protocol, s, r, o, how) for (s, r), o in zip(readme.items(), ours, strict=True)]


def _combined(tables, seen):
    return [np.hstack([tables[m] for m in names.split("+")]) for names in seen]


def _two(x, valid):
    """Mean and standard deviation over the real steps."""
    return pooled(x, valid)[:, : 2 * x.shape[2]]


def _sizes(ds):
    return [len(split) for split in ds.splits.values()]


def mosi(root):
    """CMU-MOSI by utterance: three splits, one step each, so there is nothing to pool."""
    file, name = root / "cmu_mosi/mosi_utterance.npz", "CMU-MOSI"
    found, how = [], "the one step; C 0.002"
    texts = {"text-CNN": ("text_cnn", 75.5, 76.6), "MiniLM": ("text", 79.0, 73.8)}
    for title, (text, alone, together) in texts.items():
        ds = mm.data.load(file, split="bclstm", modalities=(text, "audio", "video"))
        x = {s: {m: ds[s].inputs[m][:, 0] for m in ds.spec.names} for s in ds.splits}
        readme = {text: alone, "audio": 56.0, "video": 52.4, f"{text}+audio+video": together}
        cut = zip(_combined(x["train"], readme), _combined(x["test"], readme), strict=True)
        ours = [score(a, ds["train"].target, b, ds["test"].target, 0.002) for a, b in cut]
        found += _rows(name, f"authors' split, {title}", readme, ours, how)
    most = 100 * np.bincount(ds["test"].target).max() / len(ds["test"])
    found += _rows(name, "authors' split", {"commonest class": 62.1}, [most], "of the test part")
    inputs, _, y, video = whole(mm.data.load(file, split="held_out"))
    readme = {"text": 77.1, "audio": 62.4, "video": 60.9, "text+audio+video": 75.7}
    tables = _combined({m: x[:, 0] for m, x in inputs.items()}, readme)
    ours = [folds(x, y, video, strength=0.002) for x in tables]
    found += _rows(name, "752 clean, 5 folds by video", readme, ours, how)
    ds = mm.data.load(file)
    ours, fitted = [], (ds["train"], ds["valid"])  # with train alone audio is 49.0
    for m in ("text", "audio"):
        x, y = np.concatenate([s.inputs[m][:, 0] for s in fitted]), np.concatenate([s.target for s in fitted])
        ours.append(score(x, y, ds["test"].inputs[m][:, 0], ds["test"].target, 0.002))
    how += "; fitted on train and dev"
    return found + _rows(name, "official split", {"text": 77.5, "audio": 50.2}, ours, how) + _mosi_values(file, name)


def _mosi_values(file, name):
    ds = mm.data.load(file, target="regression", labels="drop")
    known, readme, ours = np.concatenate([ds["train"].target, ds["valid"].target]), {}, []
    for m, mae, r in (("text", 0.955, 0.710), ("audio", 1.458, 0.10)):
        x = {n: s.inputs[m][:, 0].astype(np.float64) for n, s in ds.splits.items()}
        ridge = make_pipeline(StandardScaler(), Ridge(1000)).fit(np.concatenate([x["train"], x["valid"]]), known)
        answer, truth = ridge.predict(x["test"]), ds["test"].target
        readme |= {f"{m}: MAE x 100": 100 * mae, f"{m}: r x 100": 100 * r}
        ours += [
            100 * mm.metrics.mean_absolute_error(answer, truth).value,
            100 * mm.metrics.pearson(answer, truth).value,
        ]
    return _rows(name, "official split, value", readme, ours, "ridge, penalty 1000; fitted on train and dev")


def mosi_words(root):
    """CMU-MOSI word by word."""
    inputs, valid, y, video = whole(mm.data.load(root / "cmu_mosi/mosi_word_valid229.npz", target="classification"))
    readme = {"text": 68.0, "audio": 55.8, "vision": 56.9, "text+audio+vision": 63.0}
    tables = _combined({m: _two(inputs[m], valid[m]) for m in inputs}, readme)
    ours = [folds(x, y, video, strength=0.002) for x in tables]
    return _rows("CMU-MOSI, words", "229, 5 folds by video", readme, ours, "mean, deviation; C 0.002")


def mmmo(root):
    """ICT-MMMO: training has no text."""
    name, file = "ICT-MMMO", root / "mfn_word_aligned/mmmo.npz"
    inputs, valid, y, _ = whole(mm.data.load(file, splits=("valid", "test"), target="classification"))
    readme = {"text": 65.8, "audio": 65.8, "video": 64.2, "text+audio+video": 68.3}
    tables = _combined({m: _two(inputs[m], valid[m]) for m in inputs}, readme)
    ours = [folds(x, y, strength=0.001) for x in tables]
    found = _rows(name, "valid and test, 5 folds", readme, ours, "mean, deviation; C 0.001")
    ds = mm.data.load(file, target="classification")
    readme = {"audio": 76.3, "video": 62.5, "audio+video": 77.5}
    x = {s: _combined({m: pooled(v.inputs[m], v.valid[m]) for m in v.inputs}, readme) for s, v in ds.splits.items()}
    known, y = np.concatenate([ds["train"].target, ds["valid"].target]), ds["test"].target
    fitted = [np.concatenate(pair) for pair in zip(x["train"], x["valid"], strict=True)]
    ours = [score(a, known, b, y, 0.004) for a, b in zip(fitted, x["test"], strict=True)]
    how = "mean, deviation, least, greatest; C 0.004; fitted on train and valid"
    return found + _rows(name, "train to test", readme, ours, how)


def utd_mhad(root):
    """UTD-MHAD: inertial in 4 parts, joints in 5 counted from where the hip began, depth as one picture of 12 x 8 blocks."""
    name, ds = "UTD-MHAD", mm.data.load(root / "utd_mhad")
    x, valid, y, subject = whole(ds)
    joints = x["skeleton"].reshape(len(y), -1, 20, 3)
    placed = (joints - joints[:, :1, 3:4]).reshape(x["skeleton"].shape)
    seen = x["depth"].sum(1) / valid["depth"].sum(1)[:, None]  # padding is 0
    blocks = seen.reshape(-1, 12, 2, 8, 4).mean((2, 4))
    tables = {
        "inertial": parts(x["inertial"], valid["inertial"], 4),
        "skeleton": parts(placed, valid["skeleton"], 5),
        "depth": blocks.reshape(len(y), -1),
    }
    how = "mean, deviation: inertial in 4 parts, skeleton in 5, from where the hip began; depth: mean in 12 x 8 blocks; C "
    both = "inertial+skeleton"
    train, test = np.flatnonzero(np.isin(subject, list("1357"))), np.flatnonzero(np.isin(subject, list("2468")))

    def rows(readme, strength):
        xs = _combined(tables, readme)
        ours = [score(x[train], y[train], x[test], y[test], strength) for x in xs]
        return _rows(name, "odd to even subjects", readme, ours, f"{how}{strength}")

    found = rows({"inertial": 84.2, "skeleton": 82.3, "depth": 23.3, f"{both}+depth": 84.9}, 0.03)
    found += rows({both: 89.1, "inertial+depth": 62.6}, 0.01)
    with threadpool_limits(1):
        chance = sum(
            model(0.01).fit(x[train], y[train]).predict_proba(x[test]) for x in (tables["inertial"], tables["skeleton"])
        )
    late = [100 * float((chance.argmax(1) == y[test]).mean())]
    found += _rows(
        name, "odd to even subjects", {"late inertial+skeleton": 88.6}, late, f"{how}0.01; sum of probabilities"
    )
    readme = {"inertial": 85.9, "skeleton": 85.0, both: 90.5}
    ours = [folds(x, y, subject, strength=0.03, n=4) for x in _combined(tables, readme)]
    return found + _rows(name, "leave 2 subjects out", readme, ours, f"{how}0.03")


def fsdd(root):
    """FSDD with a picture of MNIST to each recording, which keeps 25 % of its PCA energy."""
    x, valid, y, speaker = whole(mm.data.load(root / "fsdd/fsdd_logmel40.npz"))
    means = parts(x["audio"], valid["audio"]).reshape(len(y), 4, 2, -1)[:, :, 0].reshape(len(y), -1)
    pictures, _, digit, _ = whole(mm.data.load("av_digits"))
    chosen = pictures["image"].reshape(len(digit), -1)[pair_by_label(y, digit, 0)]
    tables = {"audio": means, "image": project_energy(chosen, np.arange(len(y)), 0.25)[0]}
    how = "audio: mean in 4 parts; image: pixels rebuilt from 25 % of the energy; C 0.01"
    readme = {
        "random, 5 folds": (None, 5, (93.6, 60.0, 95.4)),
        "leave one speaker out": (speaker, 6, (68.9, 59.1, 87.4)),
    }
    found = []
    for protocol, (group, n, figures) in readme.items():
        seen = dict(zip(("audio", "image", "audio+image"), figures, strict=True))
        ours = [folds(x, y, group, strength=0.01, n=n) for x in _combined(tables, seen)]
        found += _rows("FSDD with MNIST", protocol, seen, ours, how)
    return found


def mvsa(root):
    """MVSA-Single: ready-made features of tweets and pictures."""
    inputs, _, y, _ = whole(mm.data.load(root / "mvsa_single/mvsa_single_features.npz"))
    readme = {"text": 69.9, "image": 62.7, "text+image": 71.6}
    tables = _combined({m: x[:, 0] for m, x in inputs.items()}, readme)
    ours = [folds(x, y, strength=0.001) for x in tables]
    most = _rows("MVSA-Single", "5 folds", {"commonest class": 59.7}, [100 * np.bincount(y).max() / len(y)], "of all")
    return _rows("MVSA-Single", "5 folds", readme, ours, "the one step; C 0.001") + most


BASELINES = {f.__name__: f for f in (mosi, mosi_words, mmmo, utd_mhad, fsdd, mvsa)}


def counts(root):
    """Samples and labels of every set."""
    load, name = mm.data.load, "CMU-MOSI"
    utterances, words = root / "cmu_mosi/mosi_utterance.npz", load(root / "cmu_mosi/mosi_word_valid229.npz")
    film = load(root / "mfn_word_aligned/mmmo.npz", target="classification")
    acts, digits = load(root / "utd_mhad"), load(root / "fsdd/fsdd_logmel40.npz")
    frames = load(root / "nyu_depth_v2/nyu_v2_80x60.npz", target="dominant")
    labels = {n: whole(ds)[2] for n, ds in {"utd": acts, "fsdd": digits}.items()}
    labels["mvsa"] = whole(load(root / "mvsa_single/mvsa_single_features.npz"))[2]
    value = load(utterances, target="regression", labels="drop")
    return [
        Count(name, "official split", [1284, 229, 686], _sizes(load(utterances))),
        Count(name, "authors' split", [1447, 752], _sizes(load(utterances, split="bclstm"))),
        Count(name, "with a value", [2195], [sum(_sizes(value))]),
        Count("CMU-MOSI, words", "utterances, videos", [229, 10], [sum(_sizes(words)), len(set(whole(words)[3]))]),
        Count("ICT-MMMO", "train, valid, test", [220, 40, 80], _sizes(film)),
        Count("UTD-MHAD", "samples, actions, subjects", [861, 27, 8],
              [len(labels["utd"]), len(set(labels["utd"])), len(set(whole(acts)[3]))]),
        Count("FSDD", "recordings of each digit", [300] * 10, np.bincount(labels["fsdd"]).tolist()),
        Count("FSDD", "official split", [2700, 300], _sizes(digits)),
        Count("MVSA-Single", "negative, neutral, positive", [1193, 419, 2388], np.bincount(labels["mvsa"]).tolist()),
        Count("NYU Depth V2", "frames of train, test", [795, 654], _sizes(frames)),
    ]  # fmt: skip
