"""A few seconds of synthetic video and sound, and grey pictures, as the bytes of files."""

import io
from fractions import Fraction

import numpy as np

#: container -> codec of the frames, codec of the sound, samples a second
KINDS = {
    "flv": ("flv", "adpcm_swf", 22050), "mp4": ("mpeg4", "aac", 16000), "avi": ("mjpeg", "pcm_s16le", 16000),
    "matroska": ("mjpeg", "pcm_s16le", 16000), "flac": (None, "flac", 16000),
}  # fmt: skip


def grey(level, size=(8, 8)):
    """Give the bytes of a JPEG picture of one brightness."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(np.full((*size, 3), level, np.uint8)).save(file, "JPEG", quality=95)
    return file.getvalue()


def clip(kind="flv", *, fps=10, seconds=2, size=(32, 48), levels=None, sound=True, hertz=440.0):
    """Give the bytes of a clip: frames of one brightness each, and a tone."""
    import av

    video_codec, audio_codec, rate = KINDS[kind]
    levels = np.linspace(0, 250, round(fps * seconds)) if levels is None else levels
    file = io.BytesIO()
    with av.open(file, "w", format=kind) as out:
        video = out.add_stream(video_codec, rate=fps) if video_codec else None
        audio = out.add_stream(audio_codec, rate=rate) if sound else None
        if audio is not None:
            audio.layout = "mono"
        if video is not None:
            video.height, video.width = size
            video.pix_fmt = "yuvj420p" if video_codec == "mjpeg" else "yuv420p"
            for level in levels:
                frame = av.VideoFrame.from_ndarray(np.full((*size, 3), int(level), np.uint8), format="rgb24")
                out.mux(video.encode(frame))
            out.mux(video.encode(None))
        if audio is not None:
            tone = 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)
            samples = av.AudioFrame.from_ndarray((tone[None] * 32767).astype(np.int16), format="s16p", layout="mono")
            samples.sample_rate, samples.pts, samples.time_base = rate, 0, Fraction(1, rate)
            out.mux(audio.encode(samples))
            out.mux(audio.encode(None))
    return file.getvalue()
