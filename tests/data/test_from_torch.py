"""from_torch: what a Dataset or DataLoader holds becomes the data set that from_arrays makes of the same arrays."""

from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import (
    BatchSampler,
    DataLoader,
    IterableDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    random_split,
)

import mmviz as mm
from mmviz.core.errors import ConfigError, DataError

N = 20
RNG = np.random.default_rng(0)
AUDIO = [torch.from_numpy(RNG.normal(size=(1 + i % 4, 3)).astype(np.float32)) for i in range(N)]
TABLE = torch.from_numpy(RNG.normal(size=(N, 2)).astype(np.float32))
TARGET = torch.arange(N) % 2
PLACES = {"audio": "mfcc", "table": "age"}


class Items(torch.utils.data.Dataset):
    """Dict items of different lengths; counts how often each is read."""

    def __init__(self, make=None):
        self.read = Counter()
        self.make = make or (lambda item: item)

    def __len__(self):
        return N

    def __getitem__(self, i):
        if not 0 <= i < N:
            raise IndexError(i)
        self.read[i] += 1
        return self.make({"mfcc": AUDIO[i], "age": TABLE[i], "label": TARGET[i], "who": f"s{i % 3}"})


def expected(rows=range(N), **options):
    inputs = {"audio": [AUDIO[i] for i in rows], "table": TABLE[list(rows)]}
    return mm.data.from_arrays(
        {"train": inputs}, {"train": TARGET[list(rows)]}, ids={"train": [f"sample_{i}" for i in rows]},
        group={"train": [f"s{i % 3}" for i in rows]}, axes={"table": "features"}, **options,
    )  # fmt: skip


def read(data, **options):
    given = {"modalities": PLACES, "target": "label", "group": "who", "axes": {"table": "features"}}
    return mm.data.from_torch({"train": data}, **{**given, **options})


def test_dict_items_give_the_data_set_of_the_arrays_and_each_sample_is_read_once():
    items = Items()
    ds = read(items)
    assert ds.fingerprint() == expected().fingerprint()
    assert items.read == Counter(range(N))


def test_keys_without_another_role_are_the_modalities_where_only_the_target_is_named():
    named = mm.data.from_torch(
        {"train": Items()}, target="label", group="who", axes={"age": "features"}, extras={"speaker": "who"}
    )
    assert named.spec.names == ("mfcc", "age")
    assert named["train"].extras["speaker"].tolist() == [f"s{i % 3}" for i in range(N)]
    with pytest.raises(ConfigError, match="keys 'mfcc', 'age', 'label', 'who'; name the target"):
        mm.data.from_torch({"train": Items()})


@pytest.mark.parametrize(
    ("make", "places"),
    [
        (lambda d: (d["mfcc"], d["age"], d["label"]), {"modalities": {"audio": 0, "table": 1}, "target": 2}),
        (lambda d: ({"audio": d["mfcc"], "table": d["age"]}, d["label"]), {"modalities": None, "target": None}),
        (lambda d: (d["mfcc"], {"y": d["label"], "t": d["age"]}), {"modalities": {"audio": 0, "table": (1, "t")}, "target": (1, "y")}),
        (lambda d: SimpleNamespace(**d), {}),
        (lambda d: {**d, "label": int(d["label"])}, {}),
        (lambda d: {**d, "label": ["no", "yes"][d["label"]]}, {}),
        (lambda d: {**d, "label": torch.nn.functional.one_hot(d["label"], 2)}, {}),
        (lambda d: {**d, "mfcc": d["mfcc"].clone().requires_grad_(), "age": d["age"].numpy()}, {}),
        (lambda d: {**d, "mfcc": d["mfcc"].tolist(), "age": d["age"].double()}, {}),
    ],
    ids=["tuple", "inputs, target", "nested", "attributes", "int", "names", "one-hot", "gradient", "lists"],
)  # fmt: skip
def test_every_common_form_of_a_sample_is_read(make, places):
    ds = read(Items(make), **{**places, "group": None})
    plain = expected()
    for name in ("audio", "table"):
        np.testing.assert_array_equal(ds["train"].inputs[name], plain["train"].inputs[name])
        np.testing.assert_array_equal(ds["train"].valid[name], plain["train"].valid[name])
    np.testing.assert_array_equal(ds["train"].target, plain["train"].target)


def padded(batch):
    lengths = torch.tensor([len(b["mfcc"]) for b in batch])
    audio = pad_sequence([b["mfcc"] for b in batch], batch_first=True)
    return {"mfcc": audio, "age": torch.stack([b["age"] for b in batch]), "label": torch.stack([b["label"] for b in batch]),
            "who": [b["who"] for b in batch], "frames": lengths}  # fmt: skip


LOADERS = {
    "in order": lambda d: DataLoader(d, batch_size=4),
    "shuffled, last dropped, two workers": lambda d: DataLoader(d, batch_size=6, shuffle=True, drop_last=True, num_workers=2),
    "weighted": lambda d: DataLoader(d, sampler=WeightedRandomSampler([1.0] * N, 50)),
    "a collate_fn that pads": lambda d: DataLoader(d, batch_size=5, shuffle=True, collate_fn=padded),
    "a collate_fn and lengths": lambda d: DataLoader(d, batch_size=5, collate_fn=padded),
    "without batches": lambda d: DataLoader(d, batch_size=None),
}  # fmt: skip


@pytest.mark.parametrize("kind", LOADERS)
def test_a_loader_gives_the_samples_of_its_data_set_in_order_whatever_its_order_batches_and_workers(kind):
    items = Items()
    before = torch.get_rng_state()
    more = {"lengths": {"audio": "frames"}} if "lengths" in kind else {}
    ds = read(LOADERS[kind](items), **more)
    assert ds.fingerprint() == expected().fingerprint()
    assert items.read == Counter(range(N))
    assert torch.equal(before, torch.get_rng_state())


class Every(torch.utils.data.Sampler):
    def __init__(self, rows):
        self.rows = rows

    def __iter__(self):
        return iter([self.rows[i] for i in torch.randperm(len(self.rows))])

    def __len__(self):
        return len(self.rows)


@pytest.mark.parametrize("kind", ["SubsetRandomSampler", "own sampler", "own batch sampler", "Subset"])
def test_the_sampler_of_a_loader_decides_which_samples_belong_to_it(kind):
    rows, items = [1, 4, 7, 8, 15], Items()
    loader = {
        "SubsetRandomSampler": lambda: DataLoader(items, sampler=SubsetRandomSampler(rows[::-1])),
        "own sampler": lambda: DataLoader(items, sampler=Every(rows)),
        "own batch sampler": lambda: DataLoader(items, batch_sampler=BatchSampler(Every(rows), 2, drop_last=False)),
        "Subset": lambda: DataLoader(Subset(items, rows), shuffle=True),
    }[kind]()
    before = torch.get_rng_state()
    assert read(loader).fingerprint() == expected(rows).fingerprint()
    assert torch.equal(before, torch.get_rng_state())


def test_parts_of_one_data_set_have_its_indices_as_ids_and_a_shared_sample_is_refused():
    items = Items()
    train, test = random_split(items, [14, 6], generator=torch.Generator().manual_seed(0))
    ds = mm.data.from_torch({"train": train, "val": test}, PLACES, "label", axes={"table": "features"})
    assert ds["test" if "test" in ds else "valid"].ids.tolist() == [f"sample_{i}" for i in test.indices]
    assert not set(ds["train"].ids) & set(ds["valid"].ids)
    with pytest.raises(DataError, match=r"leakage: 1 ids are in both train and test .first: 'sample_3'"):
        mm.data.from_torch(
            {"train": Subset(items, [0, 1, 2, 3]), "test": Subset(items, [3, 4])},
            PLACES,
            "label",
            axes={"table": "features"},
        )


def test_a_split_becomes_a_torch_data_set_and_comes_back_equal():
    ds = mm.data.synthetic(n=40, modalities=2, steps=12, seed=1)
    parts = {}
    for name, split in ds.splits.items():
        tensors = [torch.from_numpy(x) for m in ds.spec.names for x in (split.inputs[m], split.valid[m])]
        parts[name] = TensorDataset(*tensors, torch.from_numpy(split.target))
    first, second = ds.spec.names
    back = mm.data.from_torch(parts, {first: 0, second: 2}, 4, task=ds.spec.task.kind)
    for name, split in ds.splits.items():
        for m in ds.spec.names:
            np.testing.assert_array_equal(back[name].inputs[m], split.inputs[m])
        np.testing.assert_array_equal(back[name].target, split.target)
    np.testing.assert_array_equal(back.spec.modality(first).mean, ds.spec.modality(first).mean)


class Stream(IterableDataset):
    def __init__(self, n):
        self.n = n

    def __iter__(self):
        for i in range(self.n):
            yield {"mfcc": AUDIO[i % N], "label": i % 2}


def test_an_iterable_data_set_is_read_up_to_the_limit_and_refused_without_one():
    for data in (Stream(10**9), DataLoader(Stream(10**9), batch_size=4)):
        with pytest.raises(ConfigError, match="train: a Stream may never end; pass limit="):
            mm.data.from_torch({"train": data}, {"audio": "mfcc"}, "label")
        ds = mm.data.from_torch({"train": data}, {"audio": "mfcc"}, "label", limit=7)
        assert len(ds["train"]) == 7
        assert "train: the first 7 samples." in ds.spec.notes
    ds = mm.data.from_torch({"train": Stream(5)}, {"audio": "mfcc"}, "label", limit=7)
    assert (len(ds["train"]), ds.spec.notes) == (5, ())


def test_one_data_set_is_split_by_fractions_and_none_in_a_sample_is_absent():
    def without(item):
        return {**item, "mfcc": None if item["label"] else item["mfcc"]}

    ds = mm.data.from_torch(
        Items(without), PLACES, "label", axes={"table": "features"}, split={"train": 0.7, "test": 0.3}, seed=3
    )
    for split in ds.splits.values():
        assert np.array_equal(split.valid["audio"].any(1), split.target == 0)


def test_a_number_per_sample_is_one_feature_and_text_goes_through_an_encoder():
    def make(item):
        return {"age": float(item["age"][0]), "text": item["who"], "label": item["label"]}

    def letters(texts):
        return [np.array([[ord(c)] for c in t], float) for t in texts]

    ds = mm.data.from_torch({"train": Items(make)}, target="label", encoders={"text": letters})
    np.testing.assert_array_equal(ds["train"].inputs["age"][:, 0, 0], TABLE[:, 0].numpy())
    assert ds["train"].inputs["text"][2, :, 0].tolist() == [ord("s"), ord("2")]


def spoilt(**changes):
    row = changes.pop("row", 3)

    def make(item):
        spoilt_item = {**item, **changes} if item["mfcc"] is AUDIO[row] else item
        return (
            {k: v for k, v in spoilt_item.items() if v != "gone"}
            if "gone" in map(str, changes.values())
            else spoilt_item
        )

    return Items(make)


def failing(item):
    raise RuntimeError("file is damaged")


BAD = {
    "a missing key": (spoilt(mfcc="gone"), "train, sample 3: nothing at 'mfcc' .it has 'age', 'label', 'who'.*None where a modality"),
    "other features": (spoilt(mfcc=torch.ones(2, 4)), "train audio: sequence 3 is float32 of shape .2, 4."),
    "a vector among sequences": (spoilt(mfcc=torch.ones(4)), "train audio, row 3: shape .4,., one axis"),
    "complex numbers": (spoilt(mfcc=torch.ones(2, 3, dtype=torch.complex64)), "train audio, row 3: values of dtype complex64"),
    "no values": (spoilt(mfcc=torch.ones(2, 3, device="meta")), "train, sample 3: a tensor of shape .2, 3. on device 'meta'"),
    "NaN": (spoilt(mfcc=torch.full((1, 3), float("nan"))), "train audio: 3 non-finite.*row 3"),
    "beyond float32": (spoilt(mfcc=torch.full((1, 3), 1e39, dtype=torch.float64)), "finite but beyond float32.*row 3"),
    "a sample that raises": (Items(failing), "train: sample 0 cannot be read .RuntimeError: file is damaged.*Subset"),
    "no samples": ([], "train: no samples"),
    "a text": ("folder", "train: a str; give a torch Dataset or DataLoader"),
    "a single class": (Items(lambda d: {**d, "label": 0}), "only one class"),
    "a collate_fn that needs two samples": (DataLoader(Items(), collate_fn=lambda b: b[1]), "train, sample 0: the loader's collate_fn failed on a single sample .IndexError.*dataset"),
    "a padded batch without batch axis": (DataLoader(Items(), collate_fn=lambda b: {**b[0]}), "train, sample 0: the loader's collate_fn returned .*batch axis first"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_sample_that_cannot_be_read_is_refused_with_split_and_index(kind):
    data, message = BAD[kind]
    with pytest.raises(DataError, match=message):
        read(data)


@pytest.mark.parametrize(
    ("data", "options", "message"),
    [
        (TensorDataset(TABLE, TARGET), {"modalities": None, "target": None}, "samples have 2 parts; name the modalities by their places"),
        (Items(), {"modalities": ["mfcc"]}, "modalities=.*a list; give a mapping"),
        (Items(), {"tasks": "regression"}, "tasks: no such option; did you mean 'task'|tasks: no such option"),
        (Items(), {"lengths": {"sound": "n"}}, "lengths: no modality 'sound'"),
        (Items(), {"extras": "who"}, "extras='who': a str"),
        (Items(), {"limit": 0}, "limit=0"),
        (Items(), {"modalities": {"audio": ["mfcc"]}}, "modalities..audio..: ..mfcc.., a list; name one place"),
        (Items(), {"split": {"train": 1.0}}, "the splits are given already"),
    ],
)  # fmt: skip
def test_wrong_options_are_refused_by_name(data, options, message):
    with pytest.raises(ConfigError, match=message):
        read(data, **options)
