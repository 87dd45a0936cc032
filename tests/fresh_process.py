"""A program in a fresh Python process, in which the user has set nothing about threads but what a test gives."""

import os
import subprocess
import sys

from mmkernels.cpu.processors import COUNT_SETTINGS, WAIT_SETTINGS


def without_thread_settings() -> dict[str, str]:
    """Return the environment without the user's settings of threads."""
    return {k: v for k, v in os.environ.items() if k not in (*COUNT_SETTINGS, *WAIT_SETTINGS)}


def printed(code: str, **environment: str) -> str:
    """Return what a program prints."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=without_thread_settings() | environment,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
