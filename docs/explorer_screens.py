"""Screenshots of every section of the Explorer, of two runs side by side, and of widgets and figures in JupyterLab, in every look.

python docs/explorer_screens.py [--pages FOLDER] [study ...]        (about ten minutes; needs a Chromium or Chrome, pdftoppm, JupyterLab)

Writes docs/explorer/*.webp and docs/explorer.md.

``--pages`` keeps the saved pages in a folder; pages that are there already are not made again.
"""

import argparse
import io
import shutil
import subprocess
import sys
import tempfile
import warnings
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path[:0] = [str(HERE), str(ROOT / "tests" / "browser")]

import figures  # noqa: E402
from chromium import find_chromium, open_chromium, open_page  # noqa: E402
from notebook_screens import shoot_notebook  # noqa: E402
from PIL import Image  # noqa: E402

import mmviz as mm  # noqa: E402

OUT = HERE / "explorer"
OFTEN, FURTHER = 32, 192  # colours of a stored image: the most frequent ones, kept exactly, and others
#: look: (width, height, options of the browser's context)
LOOKS = {
    "1920": (1920, 1080, {}),
    "1366": (1366, 768, {}),
    "900": (900, 800, {}),
    "390": (390, 844, {}),
    "1920 dark": (1920, 1080, {"color_scheme": "dark"}),
    "1366 dark": (1366, 768, {"color_scheme": "dark"}),
    "900 dark": (900, 800, {"color_scheme": "dark"}),
    "390 dark": (390, 844, {"color_scheme": "dark"}),
    "forced colours": (1366, 768, {"forced_colors": "active"}),
    "forced colours dark": (1366, 768, {"forced_colors": "active", "color_scheme": "dark"}),
    "more contrast": (1366, 768, {"contrast": "more"}),
}
#: look: (width, emulated media, dark theme of JupyterLab)
LAB_LOOKS = {
    "1366": (1366, {}, False),
    "900": (900, {}, False),
    "390": (390, {}, False),
    "1366 dark": (1366, {"color_scheme": "dark"}, True),
    "900 dark": (900, {"color_scheme": "dark"}, True),
    "forced colours": (1366, {"forced_colors": "active"}, False),
    "print": (794, {"media": "print"}, False),
}
#: study: (heading, what it is, {section: what it shows})
STUDIES = {
    "watch": (
        "A page with a model: physiotherapy exercises on a watch, Coupled Mamba",
        "Three sensors, the model in the page; trained with modality dropout.",
        {
            "overview": "accuracy by class and subset of modalities, confusion matrix, distribution of Shapley values, scatter plot and table of samples",
            "sample": "signals, hidden states and attribution of each modality; prediction, Shapley values, edits, value of every subset",
            "explanation": "coupling weights, end-to-end attribution, state trajectories, half-life, operator map",
            "training": "curves by epoch: values, Shapley values, imbalance, losses, scores, gradients",
        },
    ),
    "digits": (
        "A page with images, experts and transport: spoken and written digits, AlignMamba-2",
        "Two modalities, a learned router.",
        {
            "sample": "the input image upright beside the lanes",
            "explanation": "expert weights by token, transport plan with its costs and its lag",
        },
    ),
    "compare": (
        "Two runs side by side",
        "Coupled and independent streams; the difference stands above both.",
        {"sample": "difference of the Shapley values and of the hidden states, and both runs", "explanation": "difference of the operator maps, and both runs"},
    ),
    "lab": (
        "In JupyterLab",
        "A training that was started from the notebook and changed while it ran; controls linked with an Explorer; figures of plotly.",
        {
            "cockpit": "buttons, values that can be changed, and curves by epoch with a mark at each change",
            "controls": "available modalities, epoch, sample and coupling around a figure, linked with the Explorer below it",
            "figures": "plotly figures in the theme of JupyterLab",
        },
    ),
}  # fmt: skip


def main(arguments=None):
    """Make the screenshots of the named studies, or of all, and write the index."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--pages", type=Path, help="folder that keeps the saved pages")
    parser.add_argument("studies", nargs="*", help=f"from {', '.join(STUDIES)}; all without one")
    options = parser.parse_args(arguments)
    found = find_chromium()
    if found is None:
        return "no Chromium or Chrome found: make browser"
    unknown = [name for name in options.studies if name not in STUDIES]
    if unknown:
        return f"no study {unknown[0]!r}; available: {', '.join(STUDIES)}"
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, open_chromium(found) as browser:
        pages = options.pages or Path(folder)
        for study in options.studies or STUDIES:
            if study == "lab":
                shoot_lab(browser, Path(folder))
                continue
            path = pages / f"{study}.html"
            if not path.exists():
                PAGES[study]().save(path)
            for look, (width, height, more) in LOOKS.items():
                with open_page(browser, viewport={"width": width, "height": height}, **more) as page:
                    shoot(page, path, study, look)
            with open_page(browser) as page:
                shoot_print(page, path, study, Path(folder))
    write_index()
    images = sorted(OUT.glob("*.webp"))
    print(f"{len(images)} images, {sum(one.stat().st_size for one in images) / 1e6:.1f} MB")
    return 0


def file_of(study, section, look):
    """Return the path of an image."""
    return OUT / f"{study}_{section}_{look.replace(' ', '_')}.webp"


def keep(png, path):
    """Store a screenshot with few colours, without loss beyond that."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    counted = sorted(image.getcolors(image.width * image.height), reverse=True)
    # every further colour counts once: the greys at the edges of letters would else take the place of the colours of maps
    once = [colour for _, colour in counted[OFTEN:]] or [counted[0][1]]
    counted, distinct = counted[:OFTEN], Image.new("RGB", (len(once), 1))
    distinct.putdata(once)
    others = distinct.quantize(FURTHER, method=Image.Quantize.MEDIANCUT, kmeans=2).getpalette()[: 3 * FURTHER]
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for _, colour in counted for part in colour] + others)
    few = image.quantize(palette=palette, dither=Image.Dither.NONE).convert("RGB")
    few.save(path, "WEBP", lossless=True, quality=100, method=5)


def arrive(page, path):
    """Open a saved page and wait until it and the model in it are ready."""
    page.goto(path.resolve().as_uri())
    page.wait_for_selector(".mmv-readout:not(:empty)", timeout=30_000)
    page.wait_for_timeout(1500)


def shoot(page, path, study, look):
    """Take a screenshot of each section in one look."""
    arrive(page, path)
    for section in STUDIES[study][2]:
        page.locator(f"[role=tab][data-section={section}]").click()
        page.mouse.move(0, 0)
        page.evaluate(figures.SHOW_ALL)
        page.wait_for_timeout(500)
        keep(page.screenshot(full_page=True), file_of(study, section, look))


def shoot_print(page, path, study, folder):
    """Print all sections; the pages stand side by side in one image."""
    arrive(page, path)
    pdf = folder / f"{study}.pdf"
    page.pdf(
        path=pdf, format="A4", print_background=True, margin=dict.fromkeys(("top", "right", "bottom", "left"), "10mm")
    )
    subprocess.run(["pdftoppm", "-r", "62", "-png", pdf, folder / study], check=True)  # noqa: S607
    sheets = [Image.open(one).convert("RGB") for one in sorted(folder.glob(f"{study}-*.png"))]
    across = 4
    wide, high = sheets[0].size
    whole = Image.new("RGB", (across * (wide + 8), -(-len(sheets) // across) * (high + 8)), "#888")
    for i, sheet in enumerate(sheets):
        whole.paste(sheet, (i % across * (wide + 8), i // across * (high + 8)))
    png = io.BytesIO()
    whole.save(png, "PNG")
    keep(png.getvalue(), file_of(study, "all", "print"))


def shoot_lab(browser, folder):
    """Take a screenshot of every widget and figure of one notebook in JupyterLab, in each look."""
    shoot_notebook(browser, open_page, folder, LAB_LOOKS, lambda png, part, look: keep(png, file_of("lab", part, look)))


def write_index():
    """Write docs/explorer.md: what each image shows."""
    lines = ["# The Explorer in every look", "", "Written by `docs/explorer_screens.py` (`make screens`).", ""]
    for study, (title, about, sections) in STUDIES.items():
        if not any(OUT.glob(f"{study}_*.webp")):
            continue
        lines += [f"## {title}", "", about, ""]
        for section, shows in sections.items():
            links = [
                f"[{look}](explorer/{file.name})"
                for look in [*LOOKS, "print"]
                if (file := file_of(study, section, look)).exists()
            ]
            lines += [f"- **{section}**: {shows}. {' · '.join(links)}"]
        printed = file_of(study, "all", "print")
        lines += [f"- **print**: all sections on paper. [print](explorer/{printed.name})"] if printed.exists() else []
        first = file_of(study, "sample" if "sample" in sections else next(iter(sections)), "1366")
        lines += ["", f"![{title}](explorer/{first.name})", ""]
    (HERE / "explorer.md").write_text("\n".join(lines), encoding="utf-8")


def watch():
    """The README's model of the watch data, trained with modality dropout, with the model in the page."""
    ds = figures.watch_data()
    model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=0)
    run = mm.train.fit(model, ds, epochs=4, strategy="modality_dropout", monitor=True, select="last", seed=0)
    return with_model(run, ds["test"], {"sample": 2})


def digits():
    """AlignMamba-2 with a learned router, with the model in the page."""
    ds = mm.data.load("av_digits")
    sizes = {"width": 16, "shared_experts": 2, "specific_experts": 2, "top_k": 2}
    model = mm.models.build("alignmamba2", ds.spec, router="learned", seed=0, **sizes)
    run = mm.train.fit(model, ds, epochs=4, monitor=True, select="last", seed=0)
    return with_model(run, ds["test"], {"sample": 1})


def with_model(run, split, selection):
    """Return the Explorer of a run with its model."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of torch.export
        model = mm.recording.export_model(run, split)
    return mm.widgets.Explorer(mm.record(run, split), model=model, selection=selection)


PAGES = {"watch": watch, "digits": digits, "compare": figures.compare}

if __name__ == "__main__":
    if shutil.which("pdftoppm") is None:
        sys.exit("pdftoppm is missing: install poppler-utils")
    sys.exit(main(sys.argv[1:]))
