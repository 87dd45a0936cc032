# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#       jupytext_version: 1.19.6
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # The figure in the PDF tonight: is it the one you looked at?
#
# Figures for papers: export a figure at the column width of a venue, and verify the PDF.
#
# Between the figure on the screen and the one in the paper numbers are copied, fonts replaced, sizes stretched. **The question: can a figure be
# placed in a two-column page without any change of its numbers, and can that be proved?**
#
# You need `00_start_here`. A minute to run and ten to read; no GPU, no network, no LaTeX.
#
# ## 1 · On the screen
#
# A small model of three sensors on a wrist, opened.

# %%
import tempfile
from pathlib import Path

import numpy as np
import plotly.graph_objects as go

import mmviz as mm
from mmviz.plots.paper_figure import inspect_pdf

ds = mm.data.load("watch", fold=0)
model = mm.models.build("late", ds.spec, width=16, layers=1, steps=25, state=4, seed=0)
run = mm.train.fit(model, ds, epochs=4, select="last", progress=False, seed=0)
trace = mm.record(run, ds["test"], recorded_samples=3)
mm.widgets.Explorer(trace)

# %% [markdown]
# One figure of it, on the screen:

# %%
phi = mm.analysis.shapley(trace)
mm.plots.plot_shapley(phi)

# %% [markdown]
# ## 2 · For a venue
#
# `paper` takes the same figure and the same data, and a venue. *Move the slider: which venue has the narrowest column? The figures are drawn to scale.*

# %%
folder = Path(tempfile.mkdtemp())
VENUES = {"NeurIPS": ("neurips2024", 1), "ICML": ("icml2024", 1), "ACL": ("acl", 1), "CVPR, both columns": ("cvpr", 2)}
files = {}
for label, (venue, columns) in VENUES.items():
    options = {"venue": venue, "columns": columns}
    for ending in ("pdf", "svg"):
        name = folder / f"fig_{venue}_{columns}.{ending}"
        files[label, ending] = mm.plots.paper(mm.plots.plot_shapley, phi, file=name, **options)
sizes = {label: inspect_pdf(files[label, "pdf"]) for label in VENUES}
print("\n".join(f"{label:20} {size.width:.3f} x {size.height:.2f} inches" for label, size in sizes.items()))

# %%
import base64

pages = {}
for label, size in sizes.items():
    coded = base64.b64encode(files[label, "svg"].read_bytes()).decode()
    image = {"source": f"data:image/svg+xml;base64,{coded}", "x": 0, "y": 0, "xref": "x", "yref": "y"}
    image |= {"sizex": size.width, "sizey": size.height, "xanchor": "left", "yanchor": "top", "layer": "above"}
    page = go.Figure(go.Scatter(x=[0, size.width, size.width, 0, 0], y=[0, 0, -size.height, -size.height, 0]))
    page.update_traces(mode="lines", line={"color": "#c5cad3", "width": 1}, hoverinfo="skip")
    pages[label] = page.update_layout(images=[image], title=f"{size.width:.2f} inches wide")
for page in pages.values():
    page.update_xaxes(range=[-0.1, 7.1], title="inches", showgrid=False)
    page.update_yaxes(range=[-1.9, 0.1], visible=False, scaleanchor="x")
    page.update_layout(width=860, height=330, plot_bgcolor="white", margin={"l": 40, "r": 70, "t": 50, "b": 40})
mm.plots.with_slider(pages, prefix="venue: ")

# %%
columns = {
    "NeurIPS": 5.5,
    "ICML": 3.25,
    "ACL": 7.7 / 2.54,
    "CVPR, both columns": 6.875,
}  # inches, from their style files
off = [abs(size.width - columns[label]) for label, size in sizes.items()]
mm.course.test("each is as wide as its column, to 1/200 of an inch", max(off) < 0.005)
mm.course.test("with embedded fonts", [size.embedded for size in sizes.values()])
print("fonts:", *sizes["ACL"].fonts)
mm.course.test("ACL has the narrowest column", min(sizes, key=lambda label: sizes[label].width) == "ACL")

# %% [markdown]
# ## 3 · Are they the same numbers?
#
# We open the PDF file, extract the words and the boxes of its page, and compare them with the frame.

# %%
mean = mm.plots.shapley_frame(phi)["mean"].values
for size in sizes.values():
    bars = size.boxes[np.isclose(size.boxes[:, 3], np.median(size.boxes[:, 3]), atol=0.01)]
    ratio = bars[:, 2] / bars[:, 2].max()
    mm.course.identity(
        "the lengths of the bars in the PDF are those on the screen", ratio, abs(mean) / abs(mean).max(), tolerance=2e-3
    )
    printed = {word.lstrip("+") for word in size.words}
    mm.course.test("so are its printed numbers", [f"{abs(v):.3f}" in printed for v in mean])

# %%
again = mm.plots.paper(mm.plots.plot_shapley, phi, file=folder / "again.pdf", venue="acl")
size = again.stat().st_size
mm.course.identity(f"written again, all {size} bytes are equal", again.read_bytes(), files["ACL", "pdf"].read_bytes())

# %% [markdown]
# ## 4 · The caption
#
# A number needs its data, seeds and code version. `latex_figure` writes them into the caption; text from the data is escaped.

# %%
from mmviz.plots.latex import latex_figure
from mmviz.studies.papers.export import commit

caption = {
    "caption": "What each sensor contributes",
    "data": "watch, test split of fold 0",
    "seeds": [0],
    "commit": commit(),
}
tex = latex_figure("fig_acl_1.pdf", file=folder / "contributions.tex", label="fig:contributions", **caption)
print(tex.read_text())
parts = ("Data: watch", "Seeds: 0", "Code: ", r"\label{fig:contributions}")
mm.course.test("the caption states the data, the seed and the code", [part in tex.read_text() for part in parts])

# %% [markdown]
# ## 5 · Every kind of figure of three papers
#
# `make figures VENUE=acl` (or `python -m mmviz figures --venue acl`) draws these, from small studies that are run once and stored with their checksums:

# %%
for name, item in mm.studies.papers.FIGURES.items():
    print(f"{name:20} like {item.counterpart}")

# %% [markdown]
# Here is one of them with the smallest budget: one seed, a few epochs, six fusions of synthetic values. *What do you expect of a table computed in seconds?*

# %%
evidence = mm.studies.papers.PaperResults(folder / "cache", budget=mm.studies.papers.Budget(seeds=1, epochs=1))
(table,) = mm.studies.papers.write_figure("cm_regression", evidence, venue="acl", out=folder / "acl")
print(table.read_text())

# %% [markdown]
# The numbers on the left are measured here, and poor: three epochs on synthetic values. Those on the right are published in the paper, for CMU-MOSEI. They have
# separate headings, as **they must not be compared**: other data, other budget.

# %%
rows = evidence.rows("values").set_index("model")
text = table.read_text()
mm.course.test("our numbers are those of the study's rows", [f"{error:.2f}" in text for error in rows["test.mae"]])
heading = r"\multicolumn{4}{c}{measured here} & \multicolumn{4}{c}{published, CMU-MOSEI}"
mm.course.test(
    "the paper's are separate, and the caption states it",
    heading in text,
    "Published elsewhere, not measured here" in text,
)

# %% [markdown]
# **And if the results are missing?** The figure is refused.

# %%
cached, refused = mm.studies.papers.PaperResults(folder / "empty", compute=False), ""
try:
    mm.studies.papers.write_figure("me_contribution", cached, venue="acl", out=folder / "acl")
except mm.core.errors.MmvizError as error:
    refused = str(error)
print(refused)
mm.course.test("refused, with the command that computes them", "make figures" in refused)

# %% [markdown]
# ## 6 · Diagrams of the models
#
# A methods section begins with a drawing of the model. `mm.plots.diagram` has six, with the modalities of *your* data in the colours, dashes and
# markers of the figures above. Each has a width of 3 inches and texts of 8 points: it fits one column of every venue without scaling.

# %%
own = mm.plots.diagram("coupled_mamba_layers", modalities=ds.spec.names)
own

# %% [markdown]
# All six, with the modalities of their papers. *Which of them show something that a paper does not define?*

# %%
from IPython.display import HTML

from mmviz.plots.diagram_file import diagram_html

diagrams = {name: mm.plots.diagram(name) for name in mm.plots.DIAGRAMS}
figures = [
    f"<figure style='margin:12px'>{diagram_html(one)}<figcaption>{one.title}</figcaption></figure>"
    for one in diagrams.values()
]
HTML(f"<div style='display:flex;flex-wrap:wrap;align-items:end'>{''.join(figures)}</div>")

# %%
for one in diagrams.values():
    print(f"{one.title}\n    our interpretation: {one.interpretation or 'none'}")

# %% [markdown]
# Each is written as TikZ source for `\input`, where its fonts are those of your document and every label can be changed, and as SVG, PDF and PNG.

# %%
endings = (".tikz", ".svg", ".pdf", ".png")
for name, one in {"own": own, **diagrams}.items():
    for ending in endings:
        one.save(folder / f"{name}{ending}")
inspected = [inspect_pdf(folder / f"{name}.pdf") for name in ("own", *diagrams)]
mm.course.test(
    f"{len(inspected)} diagrams in {len(endings)} formats fit ACL's column, with embedded fonts",
    [page.width <= columns["ACL"] for page in inspected],  # the narrowest column
    [page.embedded for page in inspected],
)
source, letters = own.tikz(), "".join(inspect_pdf(folder / "own.pdf").words)
mm.course.test(
    "our modalities are in the PDF and in the source, in their colours",
    [name in source and name in letters for name in ds.spec.names],
    [f"{{mmv{i}}}{{HTML}}{{{mm.plots.theme.colour(i)[1:].upper()}}}" in source for i in range(len(ds.spec.names))],
)

# %% [markdown]
# ## 7 · Into the paper
#
# Copy the files to your `.tex`. `all.tex` shows how to include them in two columns; it needs no style file and compiles with `pdflatex`.

# %%
mm.studies.papers.write_figure("cm_stack", evidence, venue="acl", out=folder / "acl")
document = mm.studies.papers.write_document(["cm_stack", "cm_regression"], venue="acl", out=folder / "acl")
print(document.read_text())
page = inspect_pdf(folder / "acl" / "cm_stack.pdf")
mm.course.test(
    f"a two-column document; its first figure is {page.width:.2f} inches wide, with embedded fonts",
    "twocolumn" in document.read_text(),
    page.embedded,
)

# %% [markdown]
# ## What we learnt
#
# - One frame, two backends: screen and page have the same numbers, and the PDF proves it.
# - The venue determines width and font size. Draw at the final size, never stretch.
# - Diagrams and figures share colours, dashes and markers for each modality; a diagram states what is our interpretation.
# - A caption states data, seeds, interpretations and code version; numbers printed elsewhere are separate.
#
# **Try next.** Write the figure of your own notebook: `mm.plots.paper(mm.plots.plot_shapley, phi, file="mine.pdf", venue="icml2024")`. Then
# run `make figures VENUE=icml2024` once, and look into `runs/figures/icml2024`.

# %% [markdown]
# ## Exercises
#
# Put your work where the dots are. Stuck? `mm.course.hint("10.1")`, then `mm.course.hint("10.1", 2)` and `3`; the solution: `mm.course.solution("10.1")`.
#
# ### Exercise 10.1 · a scaled font
#
# A figure was drawn with the width `drawn` and letters of `points` points, and LaTeX scales it to the width `column`. How large are the letters on the page? `answer = lambda drawn, column, points: ...`

# %%
answer = ...  # your work
mm.course.check("10.1", answer)

# %% [markdown]
# ### Exercise 10.2 · a value from a bar
#
# In a PDF two bars begin at 0. The longer one is 1.2 inches long and its printed value is 0.300; the other is 0.5 inches long. Which value must be printed beside it? Give three decimals.

# %%
answer = ...  # your work
mm.course.check("10.2", answer)

# %% [markdown]
# ### Exercise 10.3 · a mean with its standard deviation
#
# Three seeds have the scores 0.52, 0.55 and 0.61. A caption states their mean and their (sample) standard deviation. Give both to three decimals: `answer = [mean, deviation]`.

# %%
answer = ...  # your work
mm.course.check("10.3", answer)
