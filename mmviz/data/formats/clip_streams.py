"""Features of the media of clips, read one clip after another: log-mel windows, frames, optical flow, pictures, texts."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mmviz.core.display import Display
from mmviz.core.errors import ConfigError, DataError
from mmviz.data.encoders.audio import BANDS, log_mel
from mmviz.data.encoders.encode import FeatureCache, content_key
from mmviz.data.formats.clip_files import LOG_MEL_HZ, SOURCES, ClipFiles, Media
from mmviz.data.formats.clip_lists import Clip
from mmviz.data.formats.mvsa import hashed_words
from mmviz.io.media import read_image, read_wav
from mmviz.io.npz import read_npy
from mmviz.io.video import Decoder

SOUND_HZ = 16000  # of the sound track of a video; a WAV file keeps its own rate
MAX_MEDIUM = 1 << 30
_RATE = re.compile(r"(\d{1,3})-FPS", re.IGNORECASE)


@dataclass
class Streams:
    """Steps of each modality of some clips: an array (steps, features) or None for each, and what is known of them."""

    values: dict[str, list[NDArray[Any] | None]] = field(default_factory=dict)
    rate_hz: dict[str, float | None] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    channels: dict[str, Sequence[str]] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    display: dict[str, Any] = field(default_factory=dict)
    texts: list[str] | None = None

    def about(self) -> dict[str, Any]:
        """Return what a `mmviz.data.assemble.Description` takes by name."""
        names = ("rate_hz", "units", "channels", "descriptions", "display")
        return {name: getattr(self, name) for name in names}


class ClipReader:
    """Reads the media of one clip after another."""

    def __init__(self, files: ClipFiles, media: Media, where: str) -> None:
        self._files, self._media, self._where = files, media, where
        self._cache = None if media.cache is None else FeatureCache(media.cache)
        self._rate: dict[str, float | None] = {}
        self.problems: dict[str, dict[int, str]] = {}

    def source(self, modality: str, clips: Sequence[Clip]) -> str | None:
        """Return the first kind of file from which any clip gets the modality."""
        for kind in SOURCES[modality]:
            if any((clip.text is not None) if kind == "row" else self._files.of(kind, clip) for clip in clips):
                return kind
        return None

    def read(self, clips: Sequence[Clip], chosen: Mapping[str, str]) -> Streams:
        """Return the streams of all clips; what is missing or damaged is None, and in `problems`."""
        out = Streams(values={m: [None] * len(clips) for m in chosen})
        texts = [""] * len(clips)
        videos = [m for m, kind in chosen.items() if kind == "video"]
        with Decoder() as decoder:
            for i, clip in enumerate(clips):
                if videos:
                    with self._noting(i, videos):
                        self._from_video(clip, videos, out, i, decoder)
                for m, kind in chosen.items():
                    with self._noting(i, (m,)):
                        if m == "text":
                            texts[i] = self._text(clip, kind)
                        elif kind != "video":
                            self._put(out, m, i, self._one(clip, kind, decoder))
        if "text" in chosen:
            out.texts = texts
            made = list((self._media.encode_text or hashed_words)(texts))
            if len(made) != len(texts):
                raise ConfigError(
                    f"media: encode_text returned {len(made)} arrays for {len(texts)} texts; return one for each"
                )
            out.values["text"] = [
                None if i in self.problems.get("text", {}) else np.asarray(x) for i, x in enumerate(made)
            ]
        self._describe(out, chosen)
        return out

    @contextmanager
    def _noting(self, i: int, modalities: Sequence[str]) -> Iterator[None]:
        """Note as a problem of clip i what is raised over a missing or damaged medium."""
        try:
            yield
        except (_MissingMediumError, DataError, OSError) as error:
            reason = str(error) if isinstance(error, _MissingMediumError) else f"damaged: {error!s:.200}"
            for m in modalities:
                self.problems.setdefault(m, {})[i] = reason

    def _put(self, out: Streams, modality: str, i: int, x: NDArray[Any]) -> None:
        if not len(x):
            raise DataError("it is shorter than one step")
        out.values[modality][i] = x

    def _file(self, clip: Clip, kind: str) -> str:
        found = self._files.of(kind, clip)
        if len(found) > 1:
            raise ConfigError(
                f"{self._where}: clip {clip.id!r} has {len(found)} files ({found[0]!r}, {found[1]!r}); give the folder of one version"
            )
        if not found:
            torch = self._files.of("torch", clip)
            raise _MissingMediumError(
                f"{torch[0]!r} is a torch file, which is not read: save tensor.numpy() as .npy" if torch else "no file"
            )
        return found[0]

    def _data(self, name: str) -> bytes:
        return self._files.members.read(name, max_bytes=MAX_MEDIUM)

    def _cached(self, identity: str, content: bytes, make: Callable[[], NDArray[Any]]) -> NDArray[Any]:
        if self._cache is None:
            return make()
        key = content_key(identity, content)
        found = self._cache.get(key)
        if found is None:
            found = np.ascontiguousarray(make(), np.float32)
            self._cache.put(key, found)
        return found

    def _one(self, clip: Clip, kind: str, decoder: Decoder) -> NDArray[Any]:
        if kind in ("frames", "flow"):
            return self._frames(clip, kind)
        name = self._file(clip, kind)
        data = self._data(name)
        if kind == "picture":
            return self._cached(self._image_identity("picture"), data, lambda: self._encoded(
                read_image(data, size=self._media.size, where=name)[None], whole_picture=True))  # fmt: skip
        if kind == "array":
            return self._windows(_two_axes(read_npy(data, where=name), name))
        return self._cached(self._sound_identity, data, lambda: self._windows(_mel_of(data, kind, name, decoder)))

    def _from_video(self, clip: Clip, modalities: Sequence[str], out: Streams, i: int, decoder: Decoder) -> None:
        """Read the frames and the sound of a video, decoded once."""
        name = self._file(clip, "video")
        data = self._data(name)
        frames, sound = next((m for m in modalities if m != "audio"), None), "audio" if "audio" in modalities else None
        identities = {
            m: self._sound_identity if m == "audio" else self._image_identity(f"{self._media.fps} fps")
            for m in modalities
        }
        kept = {
            m: None if self._cache is None else self._cache.get(content_key(k, data)) for m, k in identities.items()
        }
        if any(x is None for x in kept.values()):
            fps, rate = self._media.fps if frames else None, SOUND_HZ if sound else None
            found = decoder.decode(data, fps=fps, size=self._media.size, rate=rate, where=name)
            made = {frames: None if found.frames is None else self._encoded(found.frames)} if frames else {}
            if sound:
                made[sound] = None if found.sound is None else self._windows(log_mel(found.sound, SOUND_HZ, where=name))
            for m, x in made.items():
                if x is not None and self._cache is not None:
                    self._cache.put(content_key(identities[str(m)], data), np.ascontiguousarray(x, np.float32))
                kept[str(m)] = x
        for m in modalities:
            track = kept[m]
            if track is None:
                self.problems.setdefault(m, {})[i] = f"{name!r} has no {'sound' if m == 'audio' else 'picture'}"
            else:
                with self._noting(i, (m,)):
                    self._put(out, m, i, track)

    def _frames(self, clip: Clip, kind: str) -> NDArray[Any]:
        """Read a folder of frames in the order of their numbers; of several rates, that of ``fps``."""
        names = self._files.of(kind, clip)
        if not names:
            self._file(clip, kind)
        roots: dict[str, list[str]] = {}
        for name in names:
            roots.setdefault(name.rpartition("/")[0].rpartition("/")[0], []).append(name)
        rates = {root: float(m[1]) if (m := _RATE.search(root)) else None for root in roots}
        wanted = [root for root, rate in rates.items() if rate == self._media.fps] or list(roots)
        if kind == "flow":
            return self._flow({root: roots[root] for root in wanted}, clip)
        if len(wanted) > 1:
            raise ConfigError(
                f"{self._where}: clip {clip.id!r} has frames in {wanted[0]!r} and {wanted[1]!r}; choose by media fps, or give one version"
            )
        rate = rates[wanted[0]]
        self._rate.setdefault("frames", rate)
        if self._rate["frames"] != rate:
            raise ConfigError(
                f"{self._where}: frames at {rate} per second for clip {clip.id!r}, at {self._rate['frames']} for others; choose by media fps"
            )
        ordered = sorted(roots[wanted[0]], key=_frame_number)
        data = [self._data(name) for name in ordered]
        digests = b"".join(hashlib.sha256(d).digest() for d in data)
        size = self._media.size
        return self._cached(self._image_identity("frames"), digests, lambda: self._encoded(
            np.stack([read_image(d, size=size, where=n) for d, n in zip(data, ordered, strict=True)])))  # fmt: skip

    def _flow(self, roots: Mapping[str, list[str]], clip: Clip) -> NDArray[Any]:
        """Read the two components of the optical flow, stored as grey pictures of equal number; 128 is no motion."""
        parts = {root.rpartition("/")[2].lower()[-1]: sorted(names, key=_frame_number) for root, names in roots.items()}
        if set(parts) != {"u", "v"} or len(roots) != 2:
            raise DataError(
                f"{self._where}: clip {clip.id!r} has flow in {', '.join(map(repr, roots))}; give one folder u and one folder v"
            )
        if len(parts["u"]) != len(parts["v"]):
            raise DataError(
                f"{self._where}: clip {clip.id!r} has {len(parts['u'])} pictures of u and {len(parts['v'])} of v"
            )
        both = []
        for u, v in zip(parts["u"], parts["v"], strict=True):
            pair = [read_image(self._data(n), size=self._media.size, where=n).mean(axis=2).ravel() for n in (u, v)]
            both.append(np.concatenate(pair))
        return (np.stack(both).astype(np.float32) - 128) / np.float32(128)

    def _text(self, clip: Clip, kind: str) -> str:
        if kind == "row":
            if clip.text is None:
                raise _MissingMediumError("no text")
            return clip.text
        name = self._file(clip, kind)
        data = self._data(name)
        if kind == "text":
            try:
                return data.decode("utf-8-sig").strip()
            except UnicodeDecodeError:
                return data.decode("cp1252", "replace").strip()
        tokens = read_npy(data, where=name)
        if tokens.dtype.kind not in "iu" or tokens.size > 100_000:
            raise DataError(f"{name}: {tokens.dtype} of shape {tokens.shape}; expected numbers of tokens")
        return " ".join(str(t) for t in tokens.ravel().tolist() if t)

    @property
    def _sound_identity(self) -> str:
        return f"clip sound 1 window={self._media.window} rate={SOUND_HZ}"

    def _image_identity(self, what: str) -> str:
        encoder = getattr(self._media.encode_image, "identity", "pixels")
        return f"clip {what} 1 size={self._media.size} {encoder}"

    def _encoded(self, frames: NDArray[np.uint8], *, whole_picture: bool = False) -> NDArray[Any]:
        """Return frames (n, rows, columns, 3) as (n, features); of one picture, its rows are the steps."""
        if self._media.encode_image is not None:
            made = [np.asarray(x) for x in self._media.encode_image(list(frames))]
            if len(made) != len(frames) or any(x.ndim != 2 for x in made):
                raise ConfigError(
                    f"media: encode_image returned {[x.shape for x in made[:3]]} for {len(frames)} pictures; return one array (steps, features) each"
                )
            return np.concatenate(made).astype(np.float32)
        pixels = frames.astype(np.float32) / np.float32(255)
        return pixels[0].reshape(pixels.shape[1], -1) if whole_picture else pixels.reshape(len(pixels), -1)

    def _windows(self, x: NDArray[Any]) -> NDArray[Any]:
        per = round(self._media.window * LOG_MEL_HZ)
        if per == 1 or not len(x):
            return x if per == 1 else np.zeros((0, 2 * x.shape[1]), np.float32)
        pieces = [x[a : a + per] for a in range(0, len(x), per)]
        if len(pieces) > 1 and 2 * len(pieces[-1]) < per:
            pieces.pop()
        with np.errstate(all="ignore"):  # values that are not finite stay so, and are reported later
            return np.stack([np.concatenate([p.mean(axis=0), p.std(axis=0)]) for p in pieces]).astype(np.float32)

    def _describe(self, out: Streams, chosen: Mapping[str, str]) -> None:
        media, (rows, columns) = self._media, self._media.size
        for m, kind in chosen.items():
            if m == "audio":
                one = round(media.window * LOG_MEL_HZ) == 1
                bands = next((x.shape[1] // (1 if one else 2) for x in out.values[m] if x is not None), BANDS)
                names = [f"mel {b}" for b in range(bands)]
                out.channels[m] = names if one else [f"{n} {s}" for s in ("mean", "std") for n in names]
                out.rate_hz[m], out.units[m] = 1 / media.window, "log power"
                out.descriptions[m] = "log-mel spectrum" + (
                    "" if one else f", mean and standard deviation over {media.window:g} s"
                )
                out.display[m] = "audio"
            elif kind in ("video", "frames"):
                out.rate_hz[m] = media.fps if kind == "video" else self._rate.get("frames")
                if media.encode_image is None:
                    out.units[m] = "intensity (0 to 1)"
                    out.display[m] = Display("image", frames="whole", height=rows, width=columns, colours=3)
            elif kind == "flow":
                out.units[m] = "motion (-1 to 1)"
            elif kind == "picture" and media.encode_image is None:
                out.units[m], out.display[m] = "intensity (0 to 1)", Display("image", colours=3)


class _MissingMediumError(Exception):
    """A clip has no file of a kind."""


def _mel_of(data: bytes, kind: str, name: str, decoder: Decoder) -> NDArray[Any]:
    if kind == "sound":
        sound, rate = read_wav(data, where=name)
        return log_mel(np.ascontiguousarray(sound.mean(axis=1)), rate, where=name)
    packed = decoder.decode(data, fps=None, rate=SOUND_HZ, where=name).sound
    if packed is None:
        raise DataError(f"{name}: a file without sound")
    return log_mel(packed, SOUND_HZ, where=name)


def _two_axes(x: NDArray[Any], name: str) -> NDArray[Any]:
    if x.dtype.kind not in "fiu" or x.ndim != 2 or not x.size:
        raise DataError(f"{name}: {x.dtype} of shape {x.shape}; expected a spectrum (steps, bands), 100 steps a second")
    with np.errstate(over="ignore"):
        return x.astype(np.float32)


def _frame_number(name: str) -> tuple[int, str]:
    digits = re.findall(r"\d{1,18}", name.rpartition("/")[2])
    return (int(digits[-1]) if digits else -1, name)
