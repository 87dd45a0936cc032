"""Size and error of saved pages with the model of the watch study and all its test samples, for each storage; time to the first full view.

Run: ``python tests/bars/page_size.py [folder of a training]``; prints rows and writes ``page_size.json`` beside this file. Without a folder the model
is trained for 3 epochs, with every storage from the first seed and with the storage "compact" from two more. ``export_cpu_s`` is the processor time
of the export. The error is the largest change of a probability over all samples, subsets and steps: it belongs to these weights and
grows with them (1 epoch: 3e-4 for the storage "small"). The time, in headless Chromium, is from the start of the navigation until two frames after
the sentence under the controls is there; the model starts after that. ``load`` is the load of the machine meanwhile: on a busy one the time is none.
"""

import json
import os
import sys
import tempfile
import time
import warnings
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "browser"))
STORAGES = [
    ("exact", "float32", "float32"),
    ("compact", "adaptive", "adaptive"),
    ("", "float24", "adaptive"),
    ("", "float24", "uint16"),
    ("small", "float16", "uint14"),
    ("", "float16", "uint12"),
    ("", "float16", "uint8"),
]
SEEDS = (0, 1, 2)
OPENINGS = 7
_WATCH = """(() => { const look = () => { const sentence = document.querySelector('.mmv-readout');
  if (!sentence || !sentence.textContent) return requestAnimationFrame(look);
  requestAnimationFrame(() => requestAnimationFrame(() => (window.opened = performance.now()))); }; requestAnimationFrame(look); })()"""


def opening_ms(browser, path):
    """Return the milliseconds to the first full view of several openings, each in a new context."""
    from chromium import open_page

    found = []
    for _ in range(OPENINGS):
        with open_page(browser, viewport={"width": 1366, "height": 768}) as page:
            page.add_init_script(_WATCH)
            page.goto(path.as_uri())
            while (took := page.evaluate("window.opened")) is None:
                page.wait_for_timeout(20)
            found.append(took)
    return {"median": round(float(np.median(found))), "p95": round(float(np.percentile(found, 95)))}


def trained(seed):
    """Return the watch data and a training of its model."""
    import mmviz as mm

    ds = mm.data.load("watch", fold=0)
    if len(sys.argv) > 1:
        return ds, mm.train.load(sys.argv[1])
    model = mm.models.build("coupled_mamba", ds.spec, layers=2, steps=50, coupling="softmax", seed=seed)
    return ds, mm.train.fit(model, ds, epochs=3, progress=False, strategy="modality_dropout")


def main():
    """Save the page in every storage, measure, print each row, write ``page_size.json``."""
    from chromium import find_chromium, open_chromium

    import mmviz as mm

    warnings.simplefilter("ignore")
    rows = []
    with tempfile.TemporaryDirectory() as folder, open_chromium(find_chromium()) as browser:
        for seed in SEEDS[: 1 if len(sys.argv) > 1 else None]:
            ds, run = trained(seed)
            trace = mm.record(run, ds["test"])
            for name, weights, inputs in (
                (("without a model", None, None), *STORAGES) if seed == SEEDS[0] else STORAGES[1:2]
            ):
                start = time.process_time()
                model = weights and mm.recording.export_model(run, ds["test"], weights=weights, inputs=inputs)
                spent = time.process_time() - start
                path = mm.widgets.Explorer(trace, model=model).save(Path(folder) / "page.html")
                about = model.about if model else {}
                rows.append({
                    "seed": seed, "storage": name, "weights": weights, "inputs": inputs, "bytes": path.stat().st_size,
                    **{key: about.get(key) for key in ("samples", "weight_bits", "weights_error", "inputs_error", "error")},
                    "export_cpu_s": round(spent, 1), "opens_ms": opening_ms(browser, path), "load": round(os.getloadavg()[0], 1),
                })  # fmt: skip
                (HERE / "page_size.json").write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
                sys.stdout.write(json.dumps(rows[-1]) + "\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
