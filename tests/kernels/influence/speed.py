"""Measures the influence map on this machine and prints a table: python tests/kernels/influence/speed.py."""

import time

import torch
from mmkernels import coupled_influence

SHAPES = [(3, 500, 1, 16), (3, 500, 16, 16), (3, 500, 128, 16), (3, 2000, 16, 16)]


def sample(M: int, L: int, E: int, N: int) -> list[torch.Tensor]:
    """Draw dt, A, B, C, D and W."""
    draw = torch.Generator().manual_seed(0)
    B, C = torch.randn(2, M, L, N, generator=draw)
    W = torch.softmax(torch.randn(M, M, generator=draw), -1)
    dt, D = torch.rand(M, L, E, generator=draw), torch.randn(M, E, generator=draw)
    return [dt, -torch.rand(M, E, N, generator=draw) - 0.1, B, C, D, W]


def main() -> None:
    print(f"torch {torch.__version__}, float32, best of 5, all channels into one map")
    print("| M, L, E, N | threads | wall time, ms | processor time, ms |\n| --- | --- | --- | --- |")
    for sizes in SHAPES:
        given = sample(*sizes)
        for n_thread in (1, 2):
            torch.set_num_threads(n_thread)
            coupled_influence(*given, backend="numba")
            walls, cpus = [], []
            for _ in range(5):
                wall, cpu = time.perf_counter(), time.process_time()
                coupled_influence(*given, backend="numba")
                walls.append(time.perf_counter() - wall)
                cpus.append(time.process_time() - cpu)
            row = f"{', '.join(map(str, sizes))} | {n_thread} | {1e3 * min(walls):.0f} | {1e3 * min(cpus):.0f}"
            print(f"| {row} |", flush=True)


if __name__ == "__main__":
    main()
