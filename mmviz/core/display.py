"""How a page draws the input of a modality: lines, an image, sound, features of video frames, or words."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from mmviz.core.errors import ConfigError
from mmviz.core.options import one_of, whole

#: kind of input -> how it is drawn
KINDS = {
    "lines": "one line per channel over time, with its unit",
    "image": "pixels, upright",
    "audio": "one channel: waveform, spectrogram and playback; several channels: a map of the analysis frames, first channel at the bottom",
    "video": "a map of the features of video frames, first feature at the top",
    "text": "one word or token per frame",
}
#: what one frame of an image contains
IMAGE_FRAMES = ("rows", "columns", "whole")


@dataclass(frozen=True)
class Display:
    """How a page draws the input of a modality; given as ``from_arrays(display=)``.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    frames
        Images only: what one frame contains. ``rows``: one row of pixels, the first frame is the top. ``columns``: one column, the first
        frame is the left edge. ``whole``: an image of `height` × `width` pixels, row by row.
    height, width
        Of the image in pixels. Required for ``whole``; otherwise the number of frames and of features give them.
    colours
        Values per pixel: 1 (grey) or 3 (red, green, blue, beside each other).

    Raises
    ------
    ConfigError
        An unknown kind, a size that is not positive, or an option of images for another kind.
    """

    kind: Literal["lines", "image", "audio", "video", "text"]
    frames: Literal["rows", "columns", "whole"] = "rows"
    height: int | None = None
    width: int | None = None
    colours: int = 1

    def __post_init__(self) -> None:
        one_of(self.kind, tuple(KINDS), "Display: kind")
        one_of(self.frames, IMAGE_FRAMES, "Display: frames")
        one_of(self.colours, (1, 3), "Display: colours")
        for name in ("height", "width"):
            if getattr(self, name) is not None:
                whole(getattr(self, name), f"Display: {name}", low=1)
        if self.kind != "image" and (self.frames, self.height, self.width, self.colours) != ("rows", None, None, 1):
            raise ConfigError(
                f"Display({self.kind!r}): frames, height, width and colours describe images; leave them out, or use kind='image'"
            )
        if self.frames == "whole" and (self.height is None or self.width is None):
            raise ConfigError(
                f"Display: frames='whole' with height={self.height} and width={self.width}; give both in pixels"
            )

    def require_fit(self, features: int, rate_hz: float | None, place: str) -> None:
        """Raise ConfigError where a modality of this many features and this rate cannot be drawn so.

        Parameters
        ----------
        features
            Values per frame.
        rate_hz
            Frames per second; None where it is not known.
        place
            The option and the modality, for the error.
        """
        if self.kind == "audio" and features == 1 and rate_hz is None:
            raise ConfigError(
                f"{place} is a waveform (1 feature) without a sample rate; give rate_hz in samples per second, such as rate_hz={{...: 8000}}"
            )
        if self.kind != "image":
            return
        sizes = {"rows": (self.width,), "columns": (self.height,), "whole": (self.height, self.width)}[self.frames]
        pixels = 1
        for size in sizes:
            pixels *= features // self.colours if size is None else size
        if pixels * self.colours != features:
            given = " × ".join(str(size) for size in (*sizes, self.colours) if size is not None)
            raise ConfigError(
                f"{place}: a frame has {features} features, and frames={self.frames!r} of the image needs {given}; correct height, width or colours"
            )

    def plain(self) -> dict[str, Any]:
        """Return the fields as plain values for JSON."""
        return asdict(self)


def display_of(value: object, place: str) -> Display:
    """Return a `Display`, or that of a kind given as text.

    Raises
    ------
    ConfigError
        If it is neither, or the kind is unknown.
    """
    if isinstance(value, Display):
        return value
    if not isinstance(value, str):
        raise ConfigError(
            f"{place} is a {type(value).__name__} ({value!r:.60}); give mmviz.data.Display(...) or one of {', '.join(KINDS)}"
        )
    one_of(value, tuple(KINDS), place)
    return Display(value)  # type: ignore[arg-type]
