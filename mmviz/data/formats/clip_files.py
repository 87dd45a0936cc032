"""Files of clips by kind and by name, and the options with which they are read."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from mmviz.core.errors import ConfigError
from mmviz.core.options import number, one_of, require_known, whole
from mmviz.data.formats.clip_lists import Clip
from mmviz.io.archive import Members

LOG_MEL_HZ = 100.0
_KIND_OF = {
    **dict.fromkeys((".wav",), "sound"), **dict.fromkeys((".flac", ".mp3", ".ogg", ".m4a"), "packed sound"),
    **dict.fromkeys((".mp4", ".avi", ".flv", ".mkv", ".mov", ".webm"), "video"), ".npy": "array", ".pt": "torch",
    **dict.fromkeys((".jpg", ".jpeg", ".png"), "picture"), ".txt": "text",
}  # fmt: skip
#: modality -> kinds of files that it is read from; the first kind that any clip has is used for all
SOURCES = {
    "audio": ("sound", "packed sound", "array", "video"), "video": ("frames", "video"), "rgb": ("frames", "video"),
    "flow": ("flow",), "image": ("picture",), "text": ("row", "text", "tokens"),
}  # fmt: skip


@dataclass(frozen=True)
class Media:
    """How the media of clips are read; ``mmviz.data.load(path, media=Media(fps=2))`` or ``media={"fps": 2}``.

    Attributes
    ----------
    fps
        Frames of a video per second. Of folders of frames (``Image-02-FPS``), which one is read.
    window
        Seconds of sound per step, a multiple of 0.01: mean and standard deviation of each of 40 log-mel bands; 0.01 gives the bands.
    size
        Rows and columns to which pictures and frames are scaled.
    encode_image
        Pictures uint8 (rows, columns, 3) -> one array (steps, features) each, such as `mmviz.data.encoders.efficientnet_lite0()`;
        default: the scaled pixels, 0 to 1.
    encode_text
        Texts -> one array (steps, features) each; default: `mmviz.data.formats.mvsa.hashed_words`.
    missing
        What happens with a clip of which a file is missing or damaged: "raise" refuses, with the count and the names; "mask" keeps the
        clip without the modality; "drop" leaves the clip out. Both are counted, and the clips are named in the report.
    cache
        Folder in which features are kept by content, so that each file is decoded once.
    """

    fps: float = 1.0
    window: float = 0.1
    size: tuple[int, int] = (24, 24)
    encode_image: Callable[[list[Any]], Sequence[Any]] | None = None
    encode_text: Callable[[list[str]], Sequence[Any]] | None = None
    missing: Literal["raise", "mask", "drop"] = "raise"
    cache: str | Path | None = None

    def __post_init__(self) -> None:
        number(self.fps, "media: fps", low=0.01, high=1000)
        steps = number(self.window, "media: window", low=0.01, high=60) * LOG_MEL_HZ
        if abs(steps - round(steps)) > 1e-6:
            raise ConfigError(f"media: window={self.window}; give a multiple of 0.01 s")
        if not isinstance(self.size, (tuple, list)) or len(self.size) != 2:
            raise ConfigError(f"media: size={self.size!r}; give rows and columns, such as (24, 24)")
        object.__setattr__(self, "size", tuple(whole(k, "media: size", low=1, high=1024) for k in self.size))
        one_of(self.missing, ("raise", "mask", "drop"), "media: missing")
        encoder = self.encode_image
        if self.cache is not None and encoder is not None and not isinstance(getattr(encoder, "identity", None), str):
            raise ConfigError(
                "media: encode_image has no text attribute identity, by which a cache distinguishes encoders; add one or leave cache out"
            )

    @classmethod
    def of(cls, given: Any) -> "Media":
        """Return the options themselves, or those of a mapping; ConfigError for an unknown one."""
        if isinstance(given, cls):
            return given
        if not isinstance(given, Mapping):
            raise ConfigError(
                f"media={given!r:.80}; give mmviz.data.formats.Media(...) or a mapping such as {{'missing': 'drop'}}"
            )
        require_known(given, cls.__dataclass_fields__, "media", "option")
        return cls(**given)


class ClipFiles:
    """Files of a folder or archive by kind and by the name of their clip."""

    def __init__(self, members: Members) -> None:
        self.members = members
        self._by: dict[str, dict[str, list[str]]] = {
            kind: {} for kind in (*_KIND_OF.values(), "tokens", "frames", "flow")
        }
        for name in members.names:
            folder, _, last = name.rpartition("/")
            stem, dot, suffix = last.rpartition(".")
            kind = _KIND_OF.get((dot + suffix).lower())
            if kind is None:
                continue
            if kind == "array" and stem.endswith("_token"):
                kind, stem = "tokens", stem.removesuffix("_token")
            self._by[kind].setdefault(stem, []).append(name)
            if kind == "picture" and folder:
                above, _, clip = folder.rpartition("/")
                flow = above.rpartition("/")[2].lower() in ("u", "v", "flow-u", "flow-v", "flow_u", "flow_v")
                self._by["flow" if flow else "frames"].setdefault(clip, []).append(name)

    def of(self, kind: str, clip: Clip) -> list[str]:
        """Return the files of one kind of a clip, under the first of its names that has any."""
        return next((found for stem in clip.stems if (found := self._by[kind].get(stem))), [])

    def unlisted(self, kind: str, clips: Iterable[Clip]) -> list[str]:
        """Return the first file of every name of this kind that belongs to no clip."""
        stems = {stem for clip in clips for stem in clip.stems}
        return [found[0] for stem, found in self._by[kind].items() if stem not in stems]
