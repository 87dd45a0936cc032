"""Every backend of every operator that runs on the GPU, in every precision."""

from bench.groups import backends, plans
from bench.problems import Settings
from bench.rows import Row, unpack


def run(settings: Settings, device: str = "cuda") -> list[Row]:
    """Run the scan's backends, and the transport operators on problems of 50 by 50 and 500 by 500."""
    rows = unpack(backends.one(settings.quick, device))
    for size in (10,) if settings.quick else (50, 500):
        rows += unpack(plans.one(size, settings.quick, device))
    for row in rows:
        row.group = "operators_gpu"
    return rows
