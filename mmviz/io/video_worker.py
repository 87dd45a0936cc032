"""Decoding of video and sound files in a separate process: a crash of FFmpeg over a crafted file ends only this process.

``python video_worker.py`` takes requests on its standard input, one line of JSON and the bytes of a file each, and writes as many
results: one line of JSON, then the frames and the sound. It imports nothing of mmviz, so that it starts fast and runs as a script.
"""

import io
import json
import math
import sys
from typing import Any

MAX_PIXELS = 100_000_000
MAX_OUT = 1 << 30  # bytes of frames, and of sound
MAX_DECODED = 1_000_000  # frames that are decoded to sample them
MEMORY = 6 << 30
CUT_S = 0.5  # a file that ends so much, and a tenth, before the end that its header announces is truncated
EPSILON_S = 1e-3


class RefusedError(Exception):
    """The file contains something that a clip does not need, or not what its header announces."""


def frames_of(data: bytes, fps: float, size: tuple[int, int]) -> Any:
    """Return the frames shown at 0, 1 / fps, 2 / fps, ... s after the first one, uint8 (n, rows, columns, 3); None without a picture."""
    import av
    import numpy as np

    with av.open(io.BytesIO(data), mode="r") as file:
        if not file.streams.video:
            return None
        stream = file.streams.video[0]
        stream.codec_context.thread_count = 1
        if stream.width * stream.height > MAX_PIXELS:
            raise RefusedError(f"{stream.width} x {stream.height} pixels; at most {MAX_PIXELS} are decoded")
        rate = float(stream.average_rate or 25)
        shown: list[Any] = []
        last, start, end = None, 0.0, 0.0
        for count, frame in enumerate(file.decode(stream)):
            if count >= MAX_DECODED:
                raise RefusedError(f"more than {MAX_DECODED} frames; cut the recording into clips")
            at = float(frame.time) if frame.time is not None else count / rate
            if last is None:
                start, last = at, frame
            while len(shown) / fps < at - start - EPSILON_S:
                shown.append(_scaled(last, size, len(shown)))
            last, end = frame, max(end, at - start + 1 / rate)
        if last is None:
            raise RefusedError("no frame could be decoded")
        _refuse_cut(file, end)
        while len(shown) / fps < end - EPSILON_S:
            shown.append(_scaled(last, size, len(shown)))
        return np.stack(shown)


def _scaled(frame: Any, size: tuple[int, int], count: int) -> Any:
    if frame.width * frame.height > MAX_PIXELS or (count + 1) * math.prod(size) * 3 > MAX_OUT:
        raise RefusedError(
            f"frames of {frame.width} x {frame.height} pixels, {count} sampled; choose a smaller size or fps"
        )
    return frame.reformat(width=size[1], height=size[0], format="rgb24", interpolation="AREA").to_ndarray()


def _refuse_cut(file: Any, end: float) -> None:
    announced = (file.duration or 0) / 1e6
    if end < 0.9 * announced - CUT_S:
        raise RefusedError(
            f"ends after {end:.1f} s of the {announced:.1f} s that its header announces; it is truncated"
        )


def sound_of(data: bytes, rate: int) -> Any:
    """Return the mean of the channels at `rate` samples per second, float32 (n,); None without sound."""
    import av
    import numpy as np

    with av.open(io.BytesIO(data), mode="r") as file:
        if not file.streams.audio:
            return None
        stream = file.streams.audio[0]
        resampler = av.AudioResampler(format="flt", layout="mono", rate=rate)
        pieces, total = [], 0
        for frame in file.decode(stream):
            for piece in resampler.resample(frame):
                pieces.append(piece.to_ndarray().ravel())
                total += pieces[-1].nbytes
                if total > MAX_OUT:
                    raise RefusedError(f"more than {total // (4 * rate)} s of sound; cut the recording into clips")
        pieces += [piece.to_ndarray().ravel() for piece in resampler.resample(None)]
        sound = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        if not sound.size:
            raise RefusedError("its sound could not be decoded")
        if not file.streams.video:
            _refuse_cut(file, len(sound) / rate)
        return sound.astype(np.float32)


def respond(request: dict[str, Any], data: bytes) -> tuple[dict[str, Any], list[Any]]:
    """Return one result: its header, and the arrays that it announces."""
    try:
        frames = frames_of(data, request["fps"], tuple(request["size"])) if request["fps"] else None
        sound = sound_of(data, request["rate"]) if request["rate"] else None
    except Exception as error:  # noqa: BLE001 - whatever the file provokes is one line for the parent
        name = "" if isinstance(error, RefusedError) else f"{type(error).__name__}: "
        return {"error": f"{name}{error!s:.300}"}, []
    arrays = [x for x in (frames, sound) if x is not None]
    header = {"frames": None if frames is None else list(frames.shape), "sound": None if sound is None else len(sound)}
    return header, arrays


def main() -> int:
    """Serve requests until the input ends, within `MEMORY` bytes of address space where the system can limit it."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    except (ImportError, ValueError, OSError):
        pass
    try:
        import av

        av.logging.set_level(None)
    except ImportError as error:
        sys.stdout.buffer.write(json.dumps({"missing": str(error)[:200]}).encode() + b"\n")
        return 1
    sys.stdout.buffer.write(json.dumps({"version": av.__version__}).encode() + b"\n")
    sys.stdout.buffer.flush()
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        header, arrays = respond(request, sys.stdin.buffer.read(request["bytes"]))
        sys.stdout.buffer.write(json.dumps(header).encode() + b"\n")
        for array in arrays:
            sys.stdout.buffer.write(array.tobytes())
        sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
