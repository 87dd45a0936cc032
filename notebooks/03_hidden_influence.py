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
# # Hidden influence: is a state space model an attention in disguise?
#
# Attention says openly who looks at whom: it computes a matrix of weights. A state space model keeps a state and moves on, and shows no matrix. Yet
# there is one. **The question: how much does what one modality said at one step move another at a later step, and what does that number not say?**
#
# You need `02_coupled_scan`. Less than a minute to run and thirty to think; no GPU, no network.
#
# ## 1 · The matrix inside the scan
#
# One chain. Give the scan a single 1 at step s and zeros elsewhere, and write what comes out into column s of a matrix K:
#
# $$K_{t \leftarrow s} = C_t \cdot e^{\Delta_t A} \odot \cdots \odot e^{\Delta_{s+1} A} \odot \Delta_s B_s \quad (s \le t), \qquad y = K x$$
#
# The second formula holds because the scan is *linear* in x once Δ, B and C are given: answers to single steps add up.

# %%
import numpy as np
import torch
from mmkernels import coupled_influence, coupled_scan

import mmviz as mm
from mmviz.plots.figure_spec import Axis, Heat, Lines, Panel, Picture, Rule
from mmviz.plots.plotly_backend import draw

rng = np.random.default_rng(0)
M, L, N = 3, 64, 4  # modalities, steps, states
x, dt = rng.standard_normal((M, L)), rng.uniform(0.02, 0.3, (M, L))
A, B, C = -rng.uniform(0.2, 2, (M, N)), *rng.standard_normal((2, M, L, N))

K = np.zeros((L, L))
for s in range(L):
    h = dt[0, s] * B[0, s]
    K[s, s] = C[0, s] @ h
    for t in range(s + 1, L):
        h = np.exp(dt[0, t] * A[0]) * h
        K[t, s] = C[0, t] @ h

# %% [markdown]
# Beside it an attention with the same B as keys and C as queries, and nothing hidden. *Before you run the cell: in what will the two differ?*

# %%
scores = np.where(np.tri(L), C[0] @ B[0].T, -np.inf)
attention = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
steps = np.arange(float(L))
future = np.where(np.tri(L), 0.0, np.nan)  # blank
top = np.quantile(abs(K), 0.99)
left = Heat(K + future, steps, steps, -top, top, "K", signed=True, bar=False)
right = Heat(attention + future, steps, steps, 0, 0.5, "weight", bar=False)
across = Axis("step of x")
panels = (
    Panel((left,), across, Axis("step of y", reverse=True), "scan: K", square=True),
    Panel((right,), across, Axis(reverse=True), "softmax attention", square=True),
)
words = "left: red is above 0, blue below; right: brighter is more"
draw(Picture("Two matrices", (words,), panels, columns=2, heights=(300,), width=780))

# %%
one = {"x": x[:1, None, :, None], "dt": dt[:1, None, :, None], "A": A[:1, None], "B": B[:1, None], "C": C[:1, None]}
y = coupled_scan(**{name: torch.from_numpy(values) for name, values in one.items()})[0, 0, :, 0].numpy()
assert abs(K @ x[0] - y).max() < 1e-12 * abs(y).max()
print("check: the matrix times the inputs is what the scan gives, to rounding")
assert np.allclose(attention.sum(1), 1)
assert (K < 0).any()
assert np.ptp(K.sum(1)) > 0.1
print("check: attention shares out 1 in each row; K may be negative and sums to anything")
half = L // 2
late_from_early = {"scan": K[half:, :half], "attention": attention[half:, :half]}
rank = {name: int(np.linalg.matrix_rank(block)) for name, block in late_from_early.items()}
assert rank["scan"] == N
assert rank["attention"] > 4 * N
print(f"check: what the first half tells the second has rank {rank['scan']}, in the attention {rank['attention']}")

# %% [markdown]
# The last check says what the disguise is. **A scan is an attention whose past must pass through N numbers**, the state, and that is also
# why it need not look back: its cost grows with L, that of attention with L². (For M = 1 this is the *hidden attention of Mamba*, Ali, Zimerman and Wolf, arXiv 2403.01590.)
#
# ## 2 · Across modalities
#
# With M coupled chains there is such a matrix from each modality n to each modality m: the *coupled influence map* $K_{m,t \leftarrow n,s}$.
# `mmkernels.coupled_influence` computes it exactly. Turn the knob of notebook 02, W = softmax(θ I), from chains that are alone to the mean. Rows are
# those who are moved, columns those who move them. *Predict: where will colour appear, and where never?*

# %%
names = ("audio", "image", "text")
knob = {"∞ (identity)": np.inf, "4": 4.0, "2": 2.0, "1": 1.0, "0 (mean)": 0.0}
couplings = {}
for label, theta in knob.items():
    own = 1 / (1 + (M - 1) * np.exp(-theta))
    couplings[label] = torch.from_numpy(np.where(np.eye(M), own, (1 - own) / (M - 1)))
gates = {"dt": dt[..., None], "A": A[:, None], "B": B, "C": C}
gates = {name: torch.from_numpy(values) for name, values in gates.items()}
maps = {
    label: coupled_influence(**gates, W=W, reduce="none").of_inputs[..., 0].numpy() for label, W in couplings.items()
}
print("one map (modality, step, source, source step):", maps["2"].shape)

# %%
centres = tuple(zip((np.arange(M) + 0.5) * L, names, strict=True))
borders = tuple(Rule(k * L - 0.5, along) for k in range(1, M) for along in "xy")
strongest, figures = max(abs(influence).max() for influence in maps.values()), {}
for label, influence in maps.items():
    size = abs(influence).reshape(M * L, M * L)
    level = np.log10(np.where(size > 0, size, np.nan) / strongest)
    heat = Heat(
        level.clip(-5).astype(np.float32),
        np.arange(float(M * L)),
        np.arange(float(M * L)),
        -5,
        0,
        "log₁₀ of |K| / largest",
    )
    axes = Axis("comes from", ticks=centres), Axis("moves", ticks=centres, reverse=True)
    words = "each block: steps of the source to the right, steps of the moved one downwards; blank: exactly 0"
    figures[label] = draw(
        Picture("Who moves whom", (words,), (Panel((heat, *borders), *axes),), heights=(470,), width=680)
    )
mm.plots.with_slider(figures, says="θ = ", start="2")

# %%
past, others = np.tri(L, dtype=bool), ~np.eye(M, dtype=bool)
shares = {}
for label, influence in maps.items():
    pairs = influence.swapaxes(1, 2)  # (moved, source, step, source step)
    assert (pairs[..., ~past] == 0).all()
    assert (np.diagonal(pairs[others], axis1=1, axis2=2) == 0).all()
    shares[label] = abs(pairs[others]).sum() / abs(pairs).sum()
    print(f"θ = {label:12}: {shares[label]:4.0%} of all influence comes from other modalities")
assert shares["∞ (identity)"] == 0
assert all(np.diff(list(shares.values())) > 0)
print("check: nobody hears the future, nor another in the same step; alone, the others count exactly 0")

# %% [markdown]
# **Is the map right?** Multiply it with the inputs, and compare with the scan. Then nudge one input and see by how much the outputs move. *Predict: which nudge
# measures the influence best, 0.000001, 1, or a million?*

# %%
operator = {name: values[:, None] if name != "A" else values for name, values in gates.items()}
signal, W, influence = torch.from_numpy(x)[:, None, :, None], couplings["2"], maps["2"]
y = coupled_scan(signal, **operator, W=W)[:, 0, :, 0].numpy()
assert abs(np.einsum("mtns,ns->mt", influence, x) - y).max() < 1e-12 * abs(y).max()
print("check: influence times inputs gives y, to rounding")
error = {}
for nudge in (1e-6, 1.0, 1e6):
    moved = signal.clone()
    moved[1, 0, 10, 0] += nudge  # image, step 10
    difference = (coupled_scan(moved, **operator, W=W)[:, 0, :, 0].numpy() - y) / nudge
    error[nudge] = abs(difference - influence[:, :, 1, 10]).max() / abs(influence[:, :, 1, 10]).max()
    print(f"nudge {nudge:9g}: finite difference and map differ by {error[nudge]:.0e} of the largest")
assert error[1.0] < 1e-12
assert error[1e6] < 1e-12 < error[1e-6]
derivative = torch.autograd.functional.jacobian(lambda v: coupled_scan(v, **operator, W=W)[:, 0, :, 0], signal)
assert abs(derivative[:, :, :, 0, :, 0].numpy() - influence).max() < 1e-12 * abs(influence).max()
print("check: the larger nudges agree to rounding, and so does automatic differentiation")

# %% [markdown]
# A small nudge is the worst: the operator is linear, so there is no curvature to hide from, only rounding to drown in. That is the meaning of "exact" here.
#
# ## 3 · What was said, and who said it
#
# Let the gates be constant, with a decay of a = 0.93 a step. Then the influence k steps later is $a^k W^k$, times constants. Follow a word of audio: how much does it move
# audio itself, and how much each of the others? *Move the slider: which line depends on θ, and which does not?*

# %%
a, lags, figures, lost = 0.93, np.arange(41), {}, {}
for label, W in couplings.items():
    by_lag = np.stack([a**k * np.linalg.matrix_power(W.numpy(), k) for k in lags])
    itself, other = by_lag[:, 0, 0], by_lag[:, 1, 0]
    lost[label] = (by_lag[:, :, 0].sum(1), itself - other)
    lines = (
        Lines(lags, lost[label][0], "all three together", 7, marked=False),
        Lines(lags, itself, "the one who spoke", 0, marked=False),
        Lines(lags, other, "each of the others", 4, marked=False),
    )
    panel = Panel(lines, Axis("steps ago"), Axis("influence", span=(-0.02, 1.04)))
    figures[label] = draw(Picture("Who still hears it?", (f"decay {a} a step",), (panel,), heights=(280,), width=760))
mm.plots.with_slider(figures, says="θ = ", start="2")

# %%
for label, (what, who) in lost.items():
    distinct = couplings[label][0, 0].item() - couplings[label][0, 1].item()  # λ, the second eigenvalue of W
    assert np.allclose(what, a**lags, rtol=1e-12)
    assert np.allclose(who, (a * distinct) ** lags, rtol=1e-12, atol=1e-15)
    half_lives = [np.log(0.5) / np.log(rate) if rate > 0 else 0.0 for rate in (a, a * distinct)]
    what_fades, who_fades = (f"{steps:.1f} steps" for steps in half_lives)
    print(f"θ = {label:12}: half of what was said is lost in {what_fades}, of who said it in {who_fades}")
print("check: all together decay by a, whatever W; the speaker's lead by aλ, faster where chains hear each other")

# %% [markdown]
# **Coupled chains forget who said it before they forget what was said.** The lead of the speaker shrinks by another factor λ, the second eigenvalue of W, in every
# step. A learned W therefore says two things: who hears whom, and for how long the model can tell them apart.
#
# And the influence of another modality begins at 0, rises, and only then decays. A look at one step alone would miss it.
#
# ## 4 · In a trained model
#
# Three sensors of a smartwatch, one coupled layer, W learned. (One layer on purpose: between layers this model mixes the modalities, so in a second layer "what
# gyro said" is no longer gyro's alone.) Move the cursor, and look at *Influence* and *Coupling*.

# %%
watch = mm.data.load("watch", fold=0)
model = mm.models.build("coupled_mamba", watch.spec, layers=1, steps=50, coupling="softmax", seed=0)
run = mm.train.fit(model, watch, epochs=4, select="last", seed=0, progress=False, cache="runs")
trace = mm.record(run, watch["test"])
mm.widgets.Explorer(trace)

# %%
found = mm.analysis.influence(trace)
mm.plots.plot_influence(found)

# %% [markdown]
# The Trace made this map from Δ, A, B, C and W of that sample, which it holds as well. So it can be made again, from the file, by anybody:

# %%
op = trace["operator"].to_dataset().isel(traced=0, layer=0)
dt, A, B, C, W = (torch.from_numpy(op[name].values) for name in ("dt", "A", "B", "C", "W"))
again = coupled_influence(dt, A, B, C, W=W).of_inputs.numpy()
shown = trace["influence"]["influence"].isel(traced=0, layer=0).values
assert abs(again - shown).max() < 1e-5 * shown.max()
print("check: the map of the figure is |K| of the recorded operator, mean over its channels")
share = found["share"].mean(("traced", "layer")).to_pandas()
print(share.round(2), mm.course.seal(seed=0, share=share), sep="\n\n")

# %% [markdown]
# **From how long ago?** The same influence by the steps between; the vertical axis is logarithmic. *Look for what section 3 found: others begin at 0 (no line), rise,
# and the lead of the speaker melts.*

# %%
mm.plots.plot_influence_lag(found)

# %%
by_lag = found["by_lag"].mean("traced").isel(layer=0).transpose("lag", "modality", "source").values
itself = np.diagonal(by_lag, axis1=1, axis2=2)
loudest = np.where(np.eye(M, dtype=bool), 0, by_lag).max(2)  # of the others
assert (loudest[0] == 0).all()
assert (loudest.argmax(0) >= 1).all()
lead = {lag: itself[lag] / loudest[lag] for lag in (1, 20)}
for m, name in enumerate(watch.spec.names):
    early, late = lead[1][m], lead[20][m]
    print(
        f"{name:8} hears itself {early:4.1f} times as much as the loudest other 1 step ago, {late:3.1f} times 20 steps ago"
    )
assert (lead[20] < 0.7 * lead[1]).all()
print("check: others are not heard at once, and the lead of a chain over them melts with time")

# %% [markdown]
# ## 5 · What the map does not say
#
# It takes Δ, B and C as they were. But they are computed from the data: **selectivity is frozen.** Here is a chain of one state whose gate opens when
# its input grows, Δ = softplus(3 x − 2). At step 5 it hears something large, at step 20 a 0.5. Now turn that 0.5 up. K is positive, so the map promises that y
# goes up. *Does it? Predict, then move the slider.*

# %%
L, turned_up, figures, change = 40, (0.0, 0.25, 0.5, 0.75, 1.0), {}, {}
rate, ones, steps = torch.full((1, 1, 1), -0.2).double(), torch.ones(1, 1, L, 1).double(), np.arange(L)
for amount in turned_up:
    heard = torch.zeros(1, 1, L, 1).double()
    heard[0, 0, 5], heard[0, 0, 20] = 3, 0.5 + amount
    free = torch.nn.functional.softplus(3 * heard - 2)
    frozen = free if amount == 0 else frozen  # the gates as they were
    y = [coupled_scan(heard, opening, rate, ones, ones)[0, 0, :, 0].numpy() for opening in (frozen, free)]
    before = y[0] if amount == 0 else before
    change[amount] = promised, happened = y[0] - before, y[1] - before
    left = Lines(steps, before, "before", 7, marked=False), Lines(steps, y[1], "what happens", 4, marked=False)
    right = (
        Lines(steps, promised, "promised by the map", 0, marked=False),
        Lines(steps, happened, "what happens", 4, marked=False),
    )
    panels = (
        Panel(left, Axis("step"), Axis("y", span=(-0.5, 23)), title="y"),
        Panel((*right, Rule(0.0, "y")), Axis("step"), Axis("y − y before", span=(-1.3, 0.7)), title="change"),
    )
    words = "left: y as it was and as it is; right: by how much it changed"
    figures[f"+{amount:g}"] = draw(
        Picture("Gates frozen, gates free", (words,), panels, columns=2, width=880, gap=(95, 62))
    )
mm.plots.with_slider(figures, says="input at step 20: 0.5 ", start="+0.5")

# %%
for amount, (promised, happened) in change.items():
    assert amount == 0 or (promised[20:].min() > 0 > happened[20:].max())
print("check: at every setting the map promises more, and less is what happens")

# %% [markdown]
# The map is not wrong: it says what the *state* carries through the gates as they were. But the input also opened the gate, the gate made the chain forget what it
# heard at step 5, and that weighs more. In the trained model as well: nudge what enters the layer, once with gates that stay, once with gates that follow. (D, by which a step
# moves its own output past the state, is left out, as it is in the map.)

# %%
from mmviz.models.batch import batch_of

model = run.model.double().eval()
block, encoded = model.blocks[0], model.encode(batch_of(watch["test"], range(8)))
nudge = 1e-4 * torch.randn(encoded.x.shape, generator=torch.Generator().manual_seed(0)).double()
with torch.no_grad():
    here, there = (block.scan_inputs(values, encoded.holes)[0] for values in (encoded.x, encoded.x + nudge))
    here, there = (scan._replace(D=torch.zeros_like(scan.D)) for scan in (here, there))
    y = block.scan(here)
    followed, stayed = block.scan(there) - y, block.scan(here._replace(x=there.x)) - y
missed = float((followed - stayed).norm() / followed.norm())
assert missed > 0.1
print(f"check: gates that stay miss {missed:.0%} of what a small random nudge does to this layer")

# %% [markdown]
# For what the whole model does, ask the whole model: Shapley values, the answers to subsets, and the what-if studio do. The map answers another question: by which way,
# and from how long ago, did the state get what it holds?
#
# ## What we learnt
#
# - A selective scan is a matrix times its inputs, exactly. Across modalities that matrix is the influence map.
# - Unlike an attention's, its entries may be negative, its rows sum to anything, and its past passes through M · N numbers at most.
# - Others are heard one step late, then more and more, then less. Coupled chains forget who spoke sooner than what was said.
# - It is no derivative of the model: the gates are frozen in it, and freezing them can turn the sign.
#
# ## Exercises
#
# Put your work where the dots are. Stuck? `mm.course.hint("3.1")`, then `mm.course.hint("3.1", 2)` and `3`; the solution: `mm.course.solution("3.1")`.
#
# ### Exercise 3.1 · What the states carry from step to step
#
# In section 3 the decay was the same for all chains and steps, in a selective scan it is not. Given are the decays `a`, an array (step, modality), and W. What is
# left at step t of what the M states were at step s ≤ t? Give the M × M matrix, rows those who are moved:
# `answer = lambda a, W, s, t: ...`, or a function of several lines called `answer`.

# %%
answer = ...  # your work
mm.course.check("3.1", answer)

# %% [markdown]
# ### Exercise 3.2 · How many numbers carry the past?
#
# Section 1 took the rank of all that the first half of the time tells the second: N = 4 for one chain. Take the map of three modalities
# instead: rows of all of them in the second half, columns of all of them in the first. Which rank has it at θ = ∞, at θ = 2, and at θ = 0?
# Think before you compute: `answer = [..., ..., ...]`. The maps are in `maps`.

# %%
answer = ...  # your work
mm.course.check("3.2", answer)

# %% [markdown]
# ### Exercise 3.3 · Gates that keep one moment
#
# One chain of one state, A = −1, B = C = 1, and 40 steps. Choose the 40 gates Δ ≥ 0 such that step 5 moves y at step 30 by at least 0.1, and at least ten times
# as much as any of the steps 6 to 29 does: `answer = np.array([...])`. A chain with constant gates cannot do that.

# %%
answer = ...  # your work
mm.course.check("3.3", answer)
