"""Which backend of the scan runs here, why the others do not, and that it computes what the reference does."""

from __future__ import annotations

import time
from collections.abc import Iterator

from mmviz.diagnosis.checkup import Finding

# beyond this a first call has compiled (from a cache it takes a part of a second)
COMPILED_S = 2.0


def findings() -> Iterator[Finding]:
    """Run the coupled scan once, forward and backward, compare it with the reference, and tell what ran and how long it took."""
    import mmkernels
    import torch

    generator = torch.Generator().manual_seed(0)
    shape = (3, 2, 20, 4)  # modality, batch, time, channel
    x, dt = (torch.rand(shape, generator=generator) for _ in range(2))
    decay = -torch.rand((3, 4, 8), generator=generator)
    into, out = (torch.rand((3, 2, 20, 8), generator=generator) for _ in range(2))
    start = time.perf_counter()
    found = mmkernels.coupled_scan(x.requires_grad_(), dt, decay, into, out)
    (gradient,) = torch.autograd.grad(found.sum(), x)
    spent = time.perf_counter() - start
    ran = mmkernels.last_backend("coupled_scan")
    name = "an unknown backend" if ran is None else ran.backend
    wanted = mmkernels.coupled_scan(*(t.double() for t in (x, dt, decay, into, out)), backend="reference")
    error = float((found.detach().double() - wanted.detach()).abs().max() / wanted.detach().abs().max())
    right = error < 1e-5 and bool(torch.isfinite(gradient).all())
    how = "compiled for this machine, once" if spent > COMPILED_S else "from the cache"
    yield Finding(
        "kernels",
        "good" if right else "bad",
        f"the coupled scan runs on {name}; first call {spent:.1f} s ({how}); relative error {error:.0e}",
        "" if right else "results cannot be trusted: use backend='reference', and report this with `make test`",
    )
    for row in mmkernels.backends():
        if row.operator == "coupled_scan" and not row.available:
            yield Finding("kernels", "note", f"{row.backend} does not run: {row.reason}")
    gpu = torch.cuda.get_device_name() if torch.cuda.is_available() else "none"
    yield Finding("kernels", "good", f"{torch.get_num_threads()} CPU threads; NVIDIA GPU: {gpu}")
