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
# # Efficiency: what does length cost?
#
# Attention compares every step with every step, a scan processes each step once. So the cost of one grows with the square of the length, that of the other with the
# length. **The question: from which length does that matter, on your own machine, in time and in memory?**
#
# You need `00_start_here`. About a minute to run, all of it measuring, and twenty to think; no GPU, no network.
# *Close what else is running: a noisy machine makes noisy figures.*
#
# ## 1 · Count before you measure
#
# Three modalities of L steps each. Cross-attention computes, for each ordered pair of them, the weight of every step of the one for each step of the other. With 8 heads
# that is 8 matrices of L × L weights. A scan holds one state of E channels × N numbers for each modality, however long the sequence.
#
# The slider sets the batch size. *At which length is the memory of this machine full?*

# %%
import numpy as np
import torch
from mmkernels import coupled_scan
from mmkernels.timing.machine import describe

import mmviz as mm
from mmviz.studies.efficiency import as_dataset, study
from mmviz.studies.efficiency.command_line import line_of

M, HEADS, WIDTH, E, N = 3, 8, 64, 128, 16
machine = describe()
memory = 2**30 * (machine["memory_gib"] or 8)  # bytes; 8 GiB where the system does not report it
print(f"{machine['processor']}, {machine['cpus']} cores, {memory / 2**30:.1f} GiB")

# %%
length, figures = np.logspace(2, 6, 41), {}
for batch in (1, 8, 64, 512):
    counted = {
        "weights of one pair, written out": 4 * batch * HEADS * length**2,
        "one layer's sequences": 4 * batch * M * length * WIDTH,
        "states of the scan": 4 * batch * M * E * N + 0 * length,
    }
    words = f"float32, {HEADS} heads, width {WIDTH}, {E} channels of {N} states, {M} modalities; counted, not measured"
    figures[str(batch)] = mm.course.figures.curves_by_length(
        length, counted, title="Memory by length", unit="bytes", note=words, span=(1e4, 1e17),
        limit=(memory, "memory of this machine"),
    )  # fmt: skip
mm.plots.with_slider(figures, prefix="batch size: ")

# %%
one_pair = torch.zeros(1, HEADS, 500, 500).nbytes
mm.course.identity("bytes of the weights of one pair, 500 steps", one_pair, 4 * HEADS * 500**2, tolerance=0)
state = {}
for steps in (100, 10_000):
    x, ones = torch.zeros(M, 1, steps, E), torch.ones(M, 1, steps, N)
    state[steps] = coupled_scan(x, x + 0.1, -torch.ones(M, E, N), ones, ones, return_state=True)[1].nbytes
mm.course.identity("bytes of the state, at any length", list(state.values()), [4 * M * E * N] * 2, tolerance=0)
print(f"weights of one pair {one_pair / 2**20:.1f} MiB at 500 steps, state of the scan {state[100] / 2**10:.0f} KiB")

# %% [markdown]
# ## 2 · Measure
#
# Now whole models of the same width with one layer each, inference, one sample at a time, one thread. The same attention can be computed in two ways:
# *materialised*, the whole matrix in memory; and *fused*, block by block, PyTorch's default.
#
# Before the measurement, the output of each model is compared with its own plain float64 form; memory is measured in a separate process, so this takes a while.
# *Predict the order of the three, in memory and in time, at 300 steps and at 1200.*

# %%
SCAN, FUSED, WRITTEN = models = ("coupled_mamba", "cross_attention_fused", "cross_attention_materialised")
same = {"modes": ("inference",), "width": WIDTH, "layers": 1, "rounds": 5, "seconds": 2.0}
rows = study(lengths=(300, 600, 1200), models=models, **same)
rows += study(lengths=(2400,), models=(SCAN, FUSED), **same)  # materialised, this would take too long
print("length  mode       model                         median ms           q1 to q3  peak MiB    weights")
print("".join(line_of(row) for row in rows))

# %%
mm.course.test("everything was measured", [row.status == "measured" for row in rows])
mm.course.identity(
    "all outputs equal the plain float64 form (float32, relative)", [row.error for row in rows], 0, tolerance=1e-4
)

# %% [markdown]
# **A power law is a straight line** if both axes are logarithmic, and its slope is the exponent: 1 for growth with the length, 2 for growth with its square. The number at the end
# of a line is its slope.

# %%
measured = as_dataset(rows)
mm.plots.plot_growth(measured)

# %%
growth = mm.plots.growth_frame(measured)
memory_of, exponent = measured["mebibytes"], growth["exponent_of_mebibytes"]
print(exponent.to_pandas().round(2).rename_axis("exponent up to", axis="columns"))
if memory_of.sel(model=SCAN).notnull().all():
    fused_and_scan = {
        "fused attention": float(exponent.sel(model=FUSED, until=2400)),
        "the scan": float(exponent.sel(model=SCAN, until=2400)),
    }
    mm.course.finding("materialised, memory grows nearly with the square of the length (exponent)", float(exponent.sel(model=WRITTEN, until=1200)),
        above=1.6, control={"fused attention": fused_and_scan["fused attention"], "the scan": fused_and_scan["the scan"]}, over="machines")  # fmt: skip
    at_2400 = memory_of.sel(length=2400)
    mm.course.finding("fused, it takes about as much as the scan (ratio at 2400 steps)", float(at_2400.sel(model=FUSED) / at_2400.sel(model=SCAN)),
        below=1.5, control={"materialised, at 1200 steps": float(memory_of.sel(model=WRITTEN, length=1200) / memory_of.sel(model=SCAN, length=1200))}, over="machines")  # fmt: skip
else:
    print("skipped: this system does not report the peak memory (Linux does); see section 1")

# %% [markdown]
# **Look at the fused attention: its memory grows with the length only, as the scan's does.** Section 3 shows with which form the paper compares. Since attention can be fused, memory is no longer an
# argument for a scan. (With padding it is: an attention mask has L × L entries.) What remains is time: fused or not, every step is compared with every step.
#
# The slopes of time are computed from processor time, which other load on this machine affects less.

# %%
cpu = measured["cpu"]
print((cpu / cpu.sel(model=SCAN)).to_pandas().round(1).rename_axis("times the scan's time", axis="columns"))
longer = {name: float(cpu.sel(model=name, length=2400) / cpu.sel(model=name, length=300)) for name in (SCAN, FUSED)}
print(
    f"eight times the length takes the scan {longer[SCAN]:.1f} times as long, fused attention {longer[FUSED]:.1f} times"
)
mm.course.finding("the time of fused attention grows faster than the scan's (ratio of the two growths)", longer[FUSED] / longer[SCAN],
    above=1.3, control={"the scan beside itself": 1.0}, over="machines")  # fmt: skip
slope = growth["slope_of_milliseconds"]
mm.course.finding("so does that of materialised attention (difference of the slopes)", float(slope.sel(model=WRITTEN) - slope.sel(model=SCAN)),
    above=0.2, control={"the scan beside itself": 0.0}, over="machines", form="+.2f")  # fmt: skip

# %% [markdown]
# The ratio to the scan depends on this machine, these widths, one sample and one thread. What holds elsewhere is how it *changes* with the length.
#
# ## 3 · The paper's figure
#
# Figures 3 and 4 of Coupled Mamba (arXiv 2405.18014) print memory and time at five lengths, on a V100. These are the paper's numbers, not ours; whether they are from training, the batch size and the
# precision are not stated. The text calls the growth of attention's memory "exponential". *Is it?*

# %%
from mmviz.studies.papers.published_results import LENGTHS, MEMORY_GB, TIME_S

printed, attention, scan = np.array(LENGTHS, dtype=float), *(np.array(values) for values in MEMORY_GB.values())
finely = np.linspace(100, 600, 51)
square = np.polyfit(printed, attention, 2)  # a quadratic
power = np.polyfit(printed, np.log(attention), 1)  # an exponential: a straight line in the logarithm
fitted = {"quadratic fit": np.polyval(square, finely), "exponential fit": np.exp(np.polyval(power, finely))}
mm.course.figures.curves_by_length(
    finely, fitted, title="Memory as the paper prints it", unit="GB", note="Figure 3 of arXiv 2405.18014, a V100", log=False, span=(0, 25),
    points={"Coupled Mamba, printed": (printed, scan), "cross-attention, printed": (printed, attention)},
)  # fmt: skip

# %%
fits = {"quadratic": np.polyval(square, printed), "exponential": np.exp(np.polyval(power, printed))}
error = {name: abs(fit / attention - 1).max() for name, fit in fits.items()}
mm.course.finding(
    "a quadratic fits the printed memory of attention (largest relative error)",
    error["quadratic"],
    below=0.05,
    control={"an exponential": error["exponential"]},
    n=len(printed),
    over="lengths",
    form=".1%",
)
saved = 1 - scan / attention
faster = 1 - np.divide(*reversed(list(TIME_S.values())))
mm.course.test("the relative saving of memory increases with the length", np.diff(saved) > 0)
mm.course.identity("the headline of 83.7 % less memory is that of the last length", round(100 * saved[-1], 1), 83.7)
print(f"       the mean of the five is {saved.mean():.1%}")
mm.course.identity("the headline of 49 % less time is the mean of the five", round(100 * faster.mean()), 49)
print(f"       at the last length it is {faster[-1]:.1%}")

# %% [markdown]
# The growth is quadratic, so the weights must have been materialised. Both headlines are correct, but by two rules. And the relative saving grows with the length, towards 100 %. **A saving without its length has no meaning.**
#
# ## What we learnt
#
# - Materialised attention weights grow with the square of the length, whatever the width. A scan's state does not grow; the sequences do, in every model.
# - Fused attention stores no such matrix: its memory grows with the length, like the scan's. Compared with it a scan saves time, increasingly with the length.
# - On logarithmic axes growth is a slope, the exponent. It is similar on all machines; milliseconds are not.
#
# For more lengths, models and modes, and a file to keep: `python -m mmviz efficiency --help`.
#
# ## Exercises
#
# Put your work where the dots are. Stuck? `mm.course.hint("8.1")`, then `mm.course.hint("8.1", 2)` and `3`; the solution: `mm.course.solution("8.1")`.
#
# ### Exercise 8.1 · Bytes of one attention
#
# One modality attends to one other; both have `length` steps. How many bytes do the weights take, materialised in float32?
# `answer = lambda length, heads, batch: ...`

# %%
answer = ...  # your work
mm.course.check("8.1", answer)

# %% [markdown]
# ### Exercise 8.2 · When the memory is full
#
# At which length does materialised attention fill the memory of your machine, with one sample? `lengths` are the measured lengths, `peak` their peak memory in
# bytes, `memory` the memory of the machine, in bytes. A tolerance of a third is accepted: `answer = ...`, a number of steps.

# %%
lengths = measured["length"].values[:3]
peak = 2**20 * memory_of.sel(model=WRITTEN, length=lengths).values
peak = np.where(np.isnan(peak), 8.0 * HEADS * lengths**2, peak)  # where it is not measured: two matrices, counted

answer = ...  # your work
mm.course.check("8.2", answer, lengths=lengths, peak=peak, memory=memory)

# %% [markdown]
# ### Exercise 8.3 · Where the multiplications cross
#
# Count multiplications only, one layer, one sample. The attention of one ordered pair takes $2 D L^2$ (queries with keys, weights with values; D is the width), the coupled scan
# of M modalities takes $M (M + 1)\,E N L$. From which length on has the scan fewer, if all M (M − 1) ordered pairs are counted? `answer = lambda M, D, E, N: ...`

# %%
answer = ...  # your work
mm.course.check("8.3", answer)

# %% [markdown]
# *When it is correct:* compare with section 2. Multiplications are not milliseconds: a scan's are sequential, attention's are matrix products, which a
# processor computes fastest.
