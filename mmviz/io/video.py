"""Frames and sound of video and sound files, decoded by PyAV (FFmpeg) in a separate process that may crash or hang."""

import contextlib
import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.errors import DataError, MissingDependencyError
from mmviz.io import video_worker
from mmviz.io.files import looks_like

SECONDS = 120.0  # for one file


@dataclass(frozen=True, eq=False)
class Decoded:
    """Content of one file.

    Attributes
    ----------
    frames
        uint8 (n, rows, columns, 3); None where it has no picture or none was requested.
    sound
        float32 (samples,), mono; None where it has no sound or none was requested.
    """

    frames: NDArray[np.uint8] | None
    sound: NDArray[np.float32] | None


class Decoder:
    """A process that decodes one file after another; it is started again after a crash. Use it in a ``with`` statement.

    Parameters
    ----------
    seconds
        Time for one file, after which the process is ended and the file refused.
    """

    def __init__(self, *, seconds: float = SECONDS) -> None:
        self._seconds, self._process = seconds, None

    _process: "subprocess.Popen[bytes] | None"

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):  # bytes that the ended process did not take
                    pipe.close()
        process.wait()

    def decode(
        self, data: bytes, *, fps: float | None, size: tuple[int, int] = (24, 24), rate: int | None, where: str
    ) -> Decoded:
        """Return the frames and the sound of one file.

        Parameters
        ----------
        data
            The whole file: any container and codec of FFmpeg.
        fps
            Frames per second: those shown at 0, 1 / fps, ... s after the first one; None for no frames.
        size
            Rows and columns to scale to (mean of areas).
        rate
            Samples of sound per second; None for no sound.
        where
            Name of the file in errors.

        Returns
        -------
        Decoded
            What was requested, where the file has it.

        Raises
        ------
        DataError
            If the file cannot be decoded, is truncated, is too large, takes too long, or makes the decoder crash.
        MissingDependencyError
            If PyAV is not installed.
        """
        process = self._started(where)
        timer = threading.Timer(self._seconds, process.kill)
        timer.start()
        try:
            request = {"bytes": len(data), "fps": fps, "size": list(size), "rate": rate}
            process.stdin.write(json.dumps(request).encode() + b"\n" + data)  # type: ignore[union-attr]
            process.stdin.flush()  # type: ignore[union-attr]
            header = json.loads(process.stdout.readline())  # type: ignore[union-attr]
            found = Decoded(self._frames(header.get("frames"), process), self._sound(header.get("sound"), process))
        except (OSError, ValueError, EOFError):
            late = not timer.is_alive()
            self.close()
            reason = f"took more than {self._seconds:g} s" if late else "made the decoder crash"
            raise DataError(f"{where}: {reason}, in a separate process; it looks like {_kind(data)}") from None
        finally:
            timer.cancel()
        if "error" in header:
            raise DataError(f"{where}: not decoded ({header['error']}); it looks like {_kind(data)}")
        return found

    def _started(self, where: str) -> "subprocess.Popen[bytes]":
        if self._process is not None:
            return self._process
        command = [sys.executable, video_worker.__file__]
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL)  # noqa: S603
        try:
            hello: dict[str, Any] = json.loads(self._process.stdout.readline())  # type: ignore[union-attr]
        except ValueError:
            hello = {"missing": "the decoder did not start"}
        if "missing" in hello:
            self.close()
            raise MissingDependencyError(
                f"{where}: video and compressed sound need PyAV ({hello['missing']}); run: pip install mmviz[video]"
            )
        return self._process

    def _frames(self, shape: list[int] | None, process: "subprocess.Popen[bytes]") -> NDArray[np.uint8] | None:
        if shape is None:
            return None
        return np.frombuffer(_exactly(process, int(np.prod(shape))), np.uint8).reshape(shape)

    def _sound(self, samples: int | None, process: "subprocess.Popen[bytes]") -> NDArray[np.float32] | None:
        return None if samples is None else np.frombuffer(_exactly(process, 4 * samples), np.float32)


def _kind(data: bytes) -> str:
    return looks_like(data[:64]).partition(";")[0]


def _exactly(process: "subprocess.Popen[bytes]", count: int) -> bytes:
    found = process.stdout.read(count)  # type: ignore[union-attr]
    if len(found) < count:
        raise EOFError
    return found
