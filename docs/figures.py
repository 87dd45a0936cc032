"""Draw the README's figures: train, record, open the saved views in a browser, take a screenshot of every view.

python docs/figures.py [name ...]        (some minutes; needs a Chromium or Chrome)
"""

import json
import re
import sys
import tempfile
from functools import cache
from pathlib import Path
from urllib.parse import quote

import mmviz as mm

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser"))

from chromium import find_chromium, open_chromium, open_page  # noqa: E402
from live_host import open_live, sent  # noqa: E402
from PIL import Image  # noqa: E402

#: figure: (study, part of the page: None for all, a selector, or the begin of a heading; width; further selection, with the section of the page)
FIGURES = {
    "explorer": ("watch", None, 1366, {"section": "sample"}),
    "states": ("watch", ".mmv-body > .mmv-lanes", 1280, {"section": "sample"}),
    "prediction": ("watch", ".mmv-body > .mmv-side", 1280, {"section": "sample"}),
    "trajectories": ("watch", "State trajectories", 760, {"section": "all", "layer": 0, "time": 18}),
    "overall": ("watch", "Mean Shapley value over all samples", 760, {"section": "all"}),
    "influence": ("watch", "End-to-end attribution", 760, {"section": "all"}),
    "channels": ("watch", "State half-life by channel", 760, {"section": "all", "channel": 6}),
    "subsets": ("watch", "Modality ablation", 760, {"section": "all", "masked": ["gyro"]}),
    "training": ("imbalance", "Training", 1100, {"section": "all"}),
    "what_if": ("what_if", ".mmv-body, .mmv-what-if", 1280, {"section": "sample"}),
    "samples": ("watch", "Samples$", 1100, {"section": "all"}),
    "routing": ("experts", "Experts", 1100, {"section": "all"}),
    "transport": ("experts", "Transport", 1100, {"section": "all"}),
    "compare": ("compare", ".mmv-apart", 1280, {"section": "all"}),
}
LARGE = ("explorer", "states", "what_if")  # device scale 1, the others 2
LARGEST = 250_000  # bytes of a figure without a palette
MARGIN = 14  # around a part, in CSS pixels
# panels outside the viewport are not laid out; all must be laid out before a part is cut out
SHOW_ALL = (
    """() => document.querySelectorAll('.mmv-panel').forEach((e) => { e.style.contentVisibility = 'visible'; })"""
)


def main(names):
    """Draw the named figures, or all."""
    found = find_chromium()
    if found is None:
        return "no Chromium or Chrome found: make browser"
    unknown = [name for name in names if name not in FIGURES]
    if unknown:
        return f"no figure {unknown[0]!r}; available: {', '.join(FIGURES)}"
    wanted = {name: FIGURES[name] for name in names or FIGURES}
    with tempfile.TemporaryDirectory() as folder, open_chromium(found) as browser:
        views = {study: STUDIES[study]() for study in dict.fromkeys(one[0] for one in wanted.values())}
        for name, (study, part, width, selection) in wanted.items():
            png = HERE / f"{name}.png"
            looks = {"viewport": {"width": width, "height": 900}, "device_scale_factor": 1 if name in LARGE else 2}
            with open_page(browser, **looks) as page:
                arrive(page, views[study], Path(folder), selection)
                shoot(page, part, png)
            print(f"{name}.png  {png.stat().st_size / 1e3:.0f} kB")
    return 0


def arrive(page, view, folder, selection):
    """Open a view as a saved page; a view with an edit as in a notebook, with its result."""
    if view.edited is None:
        saved = view.save(folder / "study.html")
        page.goto(f"{saved.as_uri()}#{quote(json.dumps(view.selection | selection))}")
    else:
        open_live(page, view.frame, folder, selection=view.selection | selection)
        result = {key: view.what_if_result[key] for key in ("seq", "request")} | sent(view.what_if_result)
        page.evaluate("(value) => window.send('what_if_result', value)", result)
        page.wait_for_selector(".mmv-change")
    page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)


def shoot(page, part, png):
    """Write all of a page, or a part of it, as PNG."""
    page.evaluate(SHOW_ALL)
    page.wait_for_timeout(600)
    if part is None:
        page.screenshot(path=png, full_page=True)
    else:
        heading = page.locator(".mmv-heading", has_text=re.compile(f"^{part}"))
        found = page.locator(part).all() if part.startswith(".") else [page.locator(".mmv-panel", has=heading).first]
        boxes = [box for box in (one.bounding_box() for one in found) if box]  # a closed section has none
        left, top = (min(box[side] for box in boxes) for side in "xy")
        right, end = (max(box[s] + box[size] for box in boxes) for s, size in (("x", "width"), ("y", "height")))
        clip = {"x": left - MARGIN, "y": top, "width": right - left + 2 * MARGIN, "height": end - top + MARGIN / 2}
        page.screenshot(path=png, full_page=True, clip=clip)
    image = Image.open(png).convert("RGB")
    image.save(png, optimize=True)
    if png.stat().st_size > LARGEST:  # a palette shifts colours a little
        image.quantize(256, kmeans=2, dither=Image.Dither.NONE).save(png, optimize=True)


@cache
def watch_run():
    """Run, Trace and selection of the README's model of the watch data."""
    run = coupled(watch_data(), epochs=8, coupling="softmax")
    trace = mm.record(run, watch_data()["test"])
    return run, trace, {"sample": 2, "layer": 1, "time": int(0.7 * trace["states"].sizes["time"])}


def watch():
    """The recorded samples."""
    _, trace, shown = watch_run()
    return mm.widgets.Explorer(trace, selection=shown)


def what_if():
    """The same sample with a delay of half a second and noise in the gyroscope."""
    run, trace, shown = watch_run()
    edits = {"gyro": {"delay": 25, "noise": 0.5, "seed": 1}}
    predict_edited = mm.recording.what_if(run, watch_data()["test"])
    view = mm.widgets.Explorer(trace, what_if=predict_edited, selection=shown | {"edits": edits})
    view.wait()
    return view


def imbalance():
    """Joint training on clear speech and blurred images: the image contributes little."""
    ds = mm.data.load("av_digits", image_energy=0.25)
    model = mm.models.build("coupled_mamba", ds.spec, width=16, coupling="softmax", seed=0)
    run = mm.train.fit(model, ds, epochs=10, monitor=True, select="last", seed=0)
    return mm.widgets.Explorer(mm.record(run, ds["test"]))


def compare():
    """Coupled and independent streams."""
    ds = watch_data()
    traces = [mm.record(coupled(ds, epochs=3, coupling=c), ds["test"]) for c in ("softmax", "identity")]
    steps = traces[0]["states"].sizes["time"]
    return mm.widgets.Explorer(traces[0], other=traces[1], selection={"sample": 2, "time": int(0.7 * steps)})


def experts():
    """AlignMamba-2 with a learned router: expert weights and transport plans."""
    ds = mm.data.load("av_digits")
    model = mm.models.build(
        "alignmamba2", ds.spec, width=16, router="learned", shared_experts=2, specific_experts=2, top_k=2, seed=0
    )
    run = mm.train.fit(model, ds, epochs=4, select="last", seed=0)
    trace = mm.record(run, ds["test"])
    return mm.widgets.Explorer(trace, selection={"sample": 1, "time": trace["states"].sizes["time"] // 2})


def watch_data():
    """Seven exercises, three sensors."""
    return mm.data.load("watch", fold=0)


def coupled(ds, *, epochs, coupling):
    """Train the Coupled Mamba of the notebooks."""
    model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling=coupling, seed=0)
    augment = mm.train.Augment(rotate=ds.spec.names, degrees=20, stretch=("dynamic", "gyro"))
    return mm.train.fit(model, ds, epochs=epochs, augment=augment, select="last", seed=0)


STUDIES = {"watch": watch, "what_if": what_if, "imbalance": imbalance, "compare": compare, "experts": experts}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
