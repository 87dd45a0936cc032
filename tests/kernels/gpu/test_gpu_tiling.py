"""How a call is planned: without Triton, without a GPU."""

import subprocess
import sys

import pytest
import torch
from mmkernels import BackendUnavailable, coupled_scan
from mmkernels.gpu.tiling import (
    CHUNK,
    LEAST_SEGMENT,
    ON_CHIP,
    TABLE,
    Case,
    ScanArguments,
    backward_tile,
    forward_tile,
    segments,
)

H200 = 132  # multiprocessors


@pytest.mark.parametrize("n_time", [1, 15, 16, 17, 500, 5000, 100_000])
@pytest.mark.parametrize("programs", [1, 7, 64, 1000])
@pytest.mark.parametrize("number", [None, 1, 2, 3, 50])
def test_segments_cover_time_once_in_whole_chunks(n_time: int, programs: int, number: int | None) -> None:
    time = segments(n_time, programs, H200, number)
    assert time.length % CHUNK == 0
    assert (time.number - 1) * time.length < n_time <= time.number * time.length


def test_time_is_split_where_the_batch_leaves_the_gpu_empty_and_only_there() -> None:
    assert segments(5000, 2000, H200).number == 1  # a full GPU
    assert segments(50, 4, H200).number == 1  # too short
    small = segments(5000, 16, H200)
    assert small.number > 16
    assert small.length >= LEAST_SEGMENT


def _given(L: int, E: int) -> ScanArguments:
    x = torch.empty((3, 64, L, E), device="meta")
    rows = torch.empty((3, 64, L, 16), device="meta")
    return ScanArguments(x, x, torch.empty((3, E, 16), device="meta"), rows, rows, None, None, None)


def test_indices_are_wide_only_where_a_tensor_is_large() -> None:
    assert not _given(5000, 256).case().wide
    assert _given(100_000, 256).case().wide


@pytest.mark.parametrize("arch", [75, 80, 90, 100, 120])
def test_every_shape_has_a_tile(arch: int) -> None:
    for modalities in (1, 2, 3, 5, 8):
        for states in (1, 4, 16, 64, 256):
            for one in (True, False):
                for words in (1, 2):
                    case = Case(modalities, states, one, words, masked=not one)
                    for tile in (forward_tile(case, arch), backward_tile(case, arch)):
                        assert tile.channels in (8, 16, 32, 64)
                        assert states % tile.fold == 0


@pytest.mark.parametrize("arch", [80, 86, 90, 100])
def test_the_table_is_what_is_used(arch: int) -> None:
    for key, channels in TABLE.items():
        case = Case(*key, 1)
        expected = ON_CHIP.get(({86: 80}.get(arch, arch), *key), channels)
        assert (forward_tile(case, arch).channels, backward_tile(case, arch).channels) == expected


def test_on_the_cpu_it_is_refused_with_the_reason() -> None:
    x = torch.ones(1, 1, 2, 3)
    rows = torch.ones(1, 1, 2, 4)
    with pytest.raises(BackendUnavailable, match=r"'triton' cannot run.*NVIDIA GPUs and x is on cpu.*TRITON_INTERPRET"):
        coupled_scan(x, x, -torch.ones(1, 3, 4), rows, rows, backend="triton")


def test_importing_the_library_loads_no_kernel() -> None:
    code = "import sys, mmkernels; print([m for m in sys.modules if 'gpu.scan' == m[-8:] or 'gpu.scan_steps' in m])"
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )
