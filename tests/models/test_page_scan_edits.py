"""Interventions of the page's scan: the same outputs and states as the edited scan of the models."""

import itertools

import numpy as np
import pytest
import torch
from mmkernels.wasm import Kernels, reason_against_wasm

from mmviz.models.base import ScanInputs
from mmviz.models.ssm.edited_scan import ScanEdit, edited_scan

f32 = np.float32
M, R, T, E, N = 3, 2, 8, 6, 3
ZERO, HOLD, CUT = 0, 1, 2


@pytest.fixture(scope="module")
def wasm() -> Kernels:
    if reason_against_wasm():
        pytest.skip(str(reason_against_wasm()))
    return Kernels()


@pytest.fixture(scope="module")
def scan() -> ScanInputs:
    source = torch.Generator().manual_seed(0)

    def normal(*shape):
        return torch.randn(shape, generator=source, dtype=torch.float64).float().double()

    return ScanInputs(
        x=normal(M, R, T, E),
        dt=normal(M, R, T, E).abs(),
        A=-normal(M, E, N).abs() - 0.1,
        B=normal(M, R, T, N),
        C=normal(M, R, T, N),
        D=normal(M, E),
        W=torch.softmax(2 * normal(R, M, M), -1).float().double(),
        mask=torch.rand(M, R, T, generator=source) > 0.25,
    )


def as_edit(stream: int, kind: int, source: int, step: int) -> ScanEdit:
    """Return the intervention in the terms of the models: on every row, from a step on."""
    where = torch.zeros(M, R, T, dtype=torch.bool)
    where[stream, :, step:] = True
    channels = torch.ones(E, dtype=torch.bool)
    if kind == CUT:
        value = torch.full((R, M, M), torch.nan, dtype=torch.float64)
        value[:, stream, source] = 0.0
        return ScanEdit("edge", where, channels, value)
    return ScanEdit("state", where, channels, torch.zeros(M, R, 1, 1, dtype=torch.float64) if kind == ZERO else None)


def run(
    wasm: Kernels, scan: ScanInputs, edits: list[tuple[int, int, int, int]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x, dt, A, B, C, D, W = (tensor.float().numpy() for tensor in scan[:7])
    mask = None if scan.mask is None else scan.mask.numpy().astype(np.uint8)
    table = np.array(edits, np.int32)
    scratch = np.zeros(wasm.size("scan_scratch", M, N), f32)
    y, last, norms = (
        np.full((M, R, T, E), np.nan, f32),
        np.full((M, R, E, N), np.nan, f32),
        np.full((M, R, T, E), np.nan, f32),
    )
    found = wasm.call(
        "scan", x, dt, A, B, C, D, W, M * M, mask, None, y, last, norms, -1, scratch, table, len(edits), M, R, T, E, N
    )
    return found[10], found[11], found[12]


SINGLE = [[(1, kind, 2, step)] for kind, step in itertools.product((ZERO, HOLD, CUT), (0, 1, 4, 7, 8))]
SEVERAL = [
    [(0, ZERO, 0, 2), (0, HOLD, 0, 5)],
    [(0, HOLD, 0, 2), (2, HOLD, 0, 0), (1, CUT, 0, 3)],
    [(1, CUT, 0, 0), (1, CUT, 2, 4), (1, CUT, 1, 6)],
]


@pytest.mark.parametrize("masking", ["gaps", "absent", "none"])
@pytest.mark.parametrize("edits", SINGLE + SEVERAL, ids=str)
def test_zeroed_held_and_cut_streams_equal_the_edited_scan_of_the_models(wasm, scan, edits, masking) -> None:
    absent = scan.mask.clone()
    absent[0, 1] = False  # the first stream of the second row
    scan = scan._replace(mask={"gaps": scan.mask, "absent": absent, "none": None}[masking])
    wanted = edited_scan(scan, [as_edit(*edit) for edit in edits], backend="reference", states=True)
    y, last, norms = run(wasm, scan, edits)
    for found, right in ((y, wanted.y), (last, wanted.last), (norms, wanted.h.norm(dim=-1))):
        assert np.abs(found - right.numpy()).max() <= 1e-6 * float(right.abs().max())


def test_an_intervention_changes_the_outputs_of_the_other_streams_through_the_coupling(wasm, scan) -> None:
    plain, held = run(wasm, scan, [])[0], run(wasm, scan, [(1, ZERO, 0, 4)])[0]
    np.testing.assert_array_equal(plain[:, :, :4], held[:, :, :4])
    assert np.abs(plain[0, :, 5:] - held[0, :, 5:]).max() > 0.01
    cut = run(wasm, scan, [(0, CUT, 1, 0), (0, CUT, 2, 0)])[0]
    both = run(wasm, scan, [(0, CUT, 1, 0), (0, CUT, 2, 0), (1, ZERO, 0, 4), (2, ZERO, 0, 4)])[0]
    np.testing.assert_array_equal(cut[0], both[0])
