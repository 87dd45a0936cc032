"""Runs these tests on one thread: the tensors are tiny, and a busy machine makes waiting threads slow."""

from collections.abc import Iterator

import pytest
import torch
from mmkernels.wasm import Kernels, reason_against_wasm


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Let a test that is about threads choose its own number, and put ours back afterwards."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def wasm() -> Kernels:
    """Return the page's kernels in wasmtime."""
    reason = reason_against_wasm()
    if reason:
        pytest.skip(reason)
    return Kernels()
