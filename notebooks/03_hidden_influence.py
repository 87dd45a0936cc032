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
# Attention computes an explicit matrix of weights. A state space model propagates a hidden state and computes no such matrix. Yet
# there is one. **The question: what is the effect of the input x[n, s] of one modality on the output y[m, t] of another (the coupled influence map), and what does that number not contain?**
#
# You need `02_coupled_scan`. Less than a minute to run and thirty to think; no GPU, no network.
#
# ## 1 · The matrix inside the scan
#
# One stream. The response to a single 1 at step s and zeros elsewhere is column s of a matrix K:
#
# $$K_{t \leftarrow s} = C_t \cdot e^{\Delta_t A} \odot \cdots \odot e^{\Delta_{s+1} A} \odot \Delta_s B_s \quad (s \le t), \qquad y = K x$$
#
# The second formula holds because the scan is *linear* in x once Δ, B and C are given: responses to single steps add up.

# %%
import copy
import dataclasses

import numpy as np
import torch
from mmkernels import coupled_influence, coupled_scan

import mmviz as mm

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
# For comparison an attention matrix with the same B as keys and C as queries. *Before you run the cell: how will the two differ?*

# %%
scores = np.where(np.tri(L), C[0] @ B[0].T, -np.inf)
attention = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
mm.course.figures.operator_matrices(K, attention)

# %%
one = {"x": x[:1, None, :, None], "dt": dt[:1, None, :, None], "A": A[:1, None], "B": B[:1, None], "C": C[:1, None]}
y = coupled_scan(**{name: torch.from_numpy(values) for name, values in one.items()})[0, 0, :, 0].numpy()
mm.course.identity("the matrix times the inputs equals the scan", K @ x[0], y)
mm.course.identity("each row of the attention sums to 1", attention.sum(1), 1)
mm.course.test("K has negative entries, and its rows have different sums", (K < 0).any(), np.ptp(K.sum(1)) > 0.1)
half = L // 2
linear = np.where(np.tri(L), C[0] @ B[0].T, 0.0)  # attention without the softmax
matrices = {"scan": K, "linear attention": linear, "softmax attention": attention}
rank = {name: int(np.linalg.matrix_rank(each[half:, :half])) for name, each in matrices.items()}
print("rank of the block from the first to the second half:", rank)
mm.course.identity(
    "scan and linear attention have rank N", [rank["scan"], rank["linear attention"]], [N, N], tolerance=0
)
mm.course.test("softmax attention has a rank above 4 N", rank["softmax attention"] > 4 * N)

# %% [markdown]
# **In a scan the past passes through N numbers**, the state, and therefore its cost grows with L, that of softmax attention with L². The rank N is no property of the
# recurrence alone: attention *without the softmax* has it too, because $C_t \cdot B_s$ is a product of vectors of N numbers, and its cost grows with L as well. The softmax is what raises the rank.
# What the scan adds to linear attention is the decay between s and t. (For M = 1 this is the *hidden attention of Mamba*, Ali, Zimerman and Wolf, arXiv 2403.01590.)

# %% [markdown]
# **Exercise 3.1 · one entry of K by hand.** A stream of one state has the decay 0.6 in every step, ΔB = 2 and C = 5 at all steps. Compute $K_{3 \leftarrow 1}$, the effect of the input of step 1 on the output of step 3.
# Stuck? `mm.course.hint("3.1")`.

# %%
answer = ...  # your work
mm.course.check("3.1", answer)

# %% [markdown]
# ## 2 · Across modalities
#
# With M coupled streams there is such a matrix from each source n to each target m: the *coupled influence map* $K_{m,t \leftarrow n,s}$.
# `mmkernels.coupled_influence` computes it exactly. Change θ of notebook 02, W = softmax(θ I), from independent streams to the mean. Rows are
# targets, columns are sources. *Predict: where is the map non-zero, and where is it always zero?*

# %%
names = ("audio", "image", "text")
thetas = {"∞ (identity)": np.inf, "4": 4.0, "2": 2.0, "1": 1.0, "0 (mean)": 0.0}
couplings = {}
for label, theta in thetas.items():
    diagonal = 1 / (1 + (M - 1) * np.exp(-theta))
    couplings[label] = torch.from_numpy(np.where(np.eye(M), diagonal, (1 - diagonal) / (M - 1)))
gates = {"dt": dt[..., None], "A": A[:, None], "B": B, "C": C}
gates = {name: torch.from_numpy(values) for name, values in gates.items()}
maps = {
    label: coupled_influence(**gates, W=W, reduce="none").of_inputs[..., 0].numpy() for label, W in couplings.items()
}
print("one map (modality, step, source, source step):", maps["2"].shape)

# %%
strongest = max(abs(influence).max() for influence in maps.values())
mm.plots.with_slider(
    {label: mm.course.figures.influence_blocks(found, names, largest=strongest) for label, found in maps.items()},
    prefix="θ = ",
    start="2",
)

# %%
past, others = np.tri(L, dtype=bool), ~np.eye(M, dtype=bool)
shares = {}
for label, influence in maps.items():
    pairs = influence.swapaxes(1, 2)  # (target, source, step, source step)
    zeros = np.concatenate([pairs[..., ~past].ravel(), np.diagonal(pairs[others], axis1=1, axis2=2).ravel()])
    mm.course.identity(
        f"θ = {label}: no influence of later steps, nor of others in the same step", zeros, 0, tolerance=0
    )
    shares[label] = abs(pairs[others]).sum() / abs(pairs).sum()
    print(f"θ = {label:12}: {shares[label]:4.0%} of all influence comes from other modalities")
mm.course.identity("with W = I the cross-modal influence is exactly 0", shares["∞ (identity)"], 0, tolerance=0)
mm.course.test("for these gates it increases from W = I to the mean", np.diff(list(shares.values())) > 0)

# %% [markdown]
# **Is the map correct?** Multiply it with the inputs, and compare with the scan. Then perturb one input and measure the change of the outputs. *Predict: which perturbation
# measures the influence best, 0.000001, 1, or a million?*

# %%
operator = {name: values[:, None] if name != "A" else values for name, values in gates.items()}
signal, W, influence = torch.from_numpy(x)[:, None, :, None], couplings["2"], maps["2"]
y = coupled_scan(signal, **operator, W=W)[:, 0, :, 0].numpy()
mm.course.identity("influence times inputs gives y", np.einsum("mtns,ns->mt", influence, x), y)
error = {}
for change in (1e-6, 1.0, 1e6):
    perturbed = signal.clone()
    perturbed[1, 0, 10, 0] += change  # image, step 10
    difference = (coupled_scan(perturbed, **operator, W=W)[:, 0, :, 0].numpy() - y) / change
    error[change] = abs(difference - influence[:, :, 1, 10]).max() / abs(influence[:, :, 1, 10]).max()
    print(f"perturbation {change:9g}: finite difference and map differ by {error[change]:.0e} of the largest value")
mm.course.identity("the larger perturbations agree with the map", [error[1.0], error[1e6]], 0)
mm.course.test("the smallest perturbation is the least accurate", error[1e-6] > max(error[1.0], error[1e6]))
derivative = torch.autograd.functional.jacobian(lambda v: coupled_scan(v, **operator, W=W)[:, 0, :, 0], signal)
mm.course.identity("so does automatic differentiation", derivative[:, :, :, 0, :, 0], influence)

# %% [markdown]
# The smallest perturbation is the worst: the operator is linear, so there is no curvature error, only rounding error. That is the meaning of "exact" here.

# %% [markdown]
# **Exercise 3.2 · the path through a third stream.** W has a non-zero diagonal and two more entries: image receives from text, and audio receives from image. Text gets a pulse at step 10. What is the first step at which the output of
# audio changes? Hints with `"3.2"`.

# %%
answer = ...  # your work
mm.course.check("3.2", answer)

# %% [markdown]
# ## 3 · Influence by lag: content and source
#
# Let the gates be constant, with a decay of a = 0.93 a step. Then the influence at lag k is $a^k W^k$, times constants. Take an input of audio: what is its influence on
# audio itself, and on each of the others? *Move the slider: which line depends on θ, and which does not?*

# %%
a, lags, figures, decays = 0.93, np.arange(41), {}, {}
for label, W in couplings.items():
    by_lag = np.stack([a**k * np.linalg.matrix_power(W.numpy(), k) for k in lags])
    itself, other = by_lag[:, 0, 0], by_lag[:, 1, 0]
    decays[label] = (by_lag[:, :, 0].sum(1), itself - other)
    figures[label] = mm.course.figures.influence_by_lag(itself, other, decays[label][0], note=f"decay {a} a step")
mm.plots.with_slider(figures, prefix="θ = ", start="2")

# %%
mm.course.play("influence by lag")

# %%
for label, (total, lead) in decays.items():
    distinct = couplings[label][0, 0].item() - couplings[label][0, 1].item()  # λ, the second eigenvalue of W
    mm.course.identity(f"θ = {label}: the total influence decays by a", total, a**lags)
    mm.course.identity(f"θ = {label}: the lead of the source decays by aλ", lead, (a * distinct) ** lags)
    half_lives = [np.log(0.5) / np.log(rate) if rate > 0 else 0.0 for rate in (a, a * distinct)]
    content, source = (f"{steps:.1f} steps" for steps in half_lives)
    print(f"θ = {label:12}: half-life of the total influence {content}, of the source's lead {source}")

# %% [markdown]
# **In these coupled streams the identity of the source decays faster than the content.** The lead of the source decreases by a further factor λ, the second eigenvalue of W, in every
# step. The conditions: equal decays, and a W that is doubly stochastic (here symmetric too, with all eigenvalues but the first equal). For another W with positive rows that sum to 1 the
# largest of the *other* eigenvalues, in absolute value, sets the pace in the end: the influence of a source on itself and on the others becomes equal. And the total depends on the source, so
# some sources have more influence than others, for ever:

# %%
drawn = rng.dirichlet(np.ones(M), size=M)  # rows sum to 1, columns do not
second = np.sort(abs(np.linalg.eigvals(drawn)))[-2]
powers = np.stack([np.linalg.matrix_power(drawn, k) for k in lags])  # without the decay a
apart = np.ptp(powers, axis=1).max(1)  # difference between the targets of one source, where it is largest
pace = (apart[20] / apart[10]) ** 0.1
print(f"second eigenvalue of this W {second:.3f}, decrease of the lead of a source {pace:.3f} a step")
mm.course.test("the second eigenvalue sets the pace, to 2 %", abs(pace / second - 1) < 0.02)
mm.course.test("here the total influence depends on the source", np.ptp(powers[20].sum(0)) > 0.05)

# %% [markdown]
# A learned W therefore determines two things: the coupling between modalities, and for how many steps their inputs remain distinguishable.
#
# And the influence of another modality begins at 0, rises, and only then decays. A single lag does not show it.

# %% [markdown]
# **Exercise 3.3 · two half-lives.** The decay is a = 0.9 a step and the second eigenvalue of W is λ = 0.5. Give the half-life of the total influence and that of the source's lead, in steps, to two decimals:
# `answer = [total, lead]`. Hints with `"3.3"`.

# %%
answer = ...  # your work
mm.course.check("3.3", answer)

# %% [markdown]
# ## 4 · In a trained model
#
# Three sensors of a smartwatch, one coupled layer, W learned. (One layer on purpose: between layers this model mixes the modalities, so in a second layer the
# stream of `gyro` also contains the others. Section 6 does it for the whole model.) Move the cursor, and look at *Operator map* and *Coupling weights W*.

# %%
watch = mm.data.load("watch", fold=0)
model = mm.models.build("coupled_mamba", watch.spec, layers=1, steps=50, coupling="softmax", seed=0)
run = mm.train.fit(model, watch, epochs=4, select="last", seed=0, progress=False, cache="runs")
trace = mm.record(run, watch["test"], recorded_samples=6)
mm.widgets.Explorer(trace)

# %%
found = mm.analysis.influence(trace)
mm.plots.plot_influence(found)

# %% [markdown]
# This map was computed from Δ, A, B, C and W of that sample, which the Trace holds as well. So it can be recomputed from the file:

# %%
op = trace["operator"].to_dataset().isel(recorded_sample=0, layer=0)
dt, A, B, C, W = (torch.from_numpy(op[name].values) for name in ("dt", "A", "B", "C", "W"))
again = coupled_influence(dt, A, B, C, W=W).of_inputs.numpy()
recorded = trace["influence"]["influence"].isel(recorded_sample=0, layer=0).values
mm.course.identity(
    "the map is |K| of the recorded operator, mean over its channels (float32)", again, recorded, tolerance=1e-5
)
share = found["share"].mean(("recorded_sample", "layer")).to_pandas()
print(share.round(2), mm.course.fingerprint(seed=0, share=share), sep="\n\n")

# %% [markdown]
# **Influence by lag.** How the operator of this layer decays with the lag; it is no estimate of a delay in the data. The vertical axis is logarithmic. *Look for the result of section 3: other modalities begin at 0 (no line), rise,
# and the lead of the source decreases. Then guess: has the model learnt that?*

# %%
mm.plots.plot_influence_lag(found)

# %%
with run.at_epoch(0) as start:
    untrained = dataclasses.replace(run, model=copy.deepcopy(start), best_epoch=0)
trace_untrained = mm.record(untrained, watch["test"], recorded_samples=6, epochs=[0])
lead, gates_mean = {}, {}
for which, each in (("trained", trace), ("untrained", trace_untrained)):
    by_lag = mm.analysis.influence(each)["by_lag"].mean("recorded_sample").isel(layer=0)
    by_lag = by_lag.transpose("lag", "target_modality", "source_modality").values
    itself = np.diagonal(by_lag, axis1=1, axis2=2)
    largest = np.where(np.eye(M, dtype=bool), 0, by_lag).max(2)  # of the others
    mm.course.identity(f"{which}: others have no influence at lag 0", largest[0], 0, tolerance=0)
    lead[which] = np.array([itself[lag] / largest[lag] for lag in (1, 20)])
    gates_mean[which] = float(each["operator"]["dt"].mean())
    for name, (early, late) in zip(watch.spec.names, lead[which].T, strict=True):
        print(f"{which:9} {name:8} own influence / largest of the others: {early:4.1f} at lag 1, {late:3.1f} at lag 20")

# %%
decrease = {which: float((ratio[1] / ratio[0]).max()) for which, ratio in lead.items()}  # of the three streams
mm.course.finding(
    "training makes the lead of a stream decrease with the lag (largest ratio of lag 20 to lag 1)",
    decrease["trained"],
    below=0.7,
    control={"the untrained model": decrease["untrained"]},
)
other = mm.models.build("coupled_mamba", watch.spec, layers=1, steps=50, coupling="softmax", seed=1).eval()
with torch.no_grad():
    windows = other.encode(mm.models.batch_of(watch["test"], range(6)))
    other_dt = float(other.blocks[0].scan_inputs(windows.x, windows.mask_or_none)[0].dt.mean())
mm.course.finding(
    "training increases the step size Δ, so the memory of the streams becomes shorter (relative change)",
    gates_mean["trained"] / gates_mean["untrained"] - 1,
    above=0.1,
    control={"two untrained models": other_dt / gates_mean["untrained"] - 1},
    form="+.1%",
    stored="03 step size",
)

# %% [markdown]
# **The first statement is not a finding about training**: before the first step the same lead decreases in the same way. It follows from section 3 and from the initial W, softmax(2 I),
# which a short training hardly changes. Without the control it would have looked like something learnt. What training does change is Δ.

# %% [markdown]
# ## 5 · Limits of the map
#
# It holds Δ, B and C fixed. But they are computed from the data: **selectivity is frozen.** Here is a stream of one state whose gate opens when
# its input grows, Δ = softplus(3 x − 2). Its input is 3 at step 5 and 0.5 at step 20. Now increase that 0.5. K is positive, so the map predicts that y
# rises. *Does it? Predict, then move the slider.*

# %%
L, increases, figures, change = 40, (0.0, 0.25, 0.5, 0.75, 1.0), {}, {}
rate, ones, steps = torch.full((1, 1, 1), -0.2).double(), torch.ones(1, 1, L, 1).double(), np.arange(L)
for amount in increases:
    inputs = torch.zeros(1, 1, L, 1).double()
    inputs[0, 0, 5], inputs[0, 0, 20] = 3, 0.5 + amount
    free = torch.nn.functional.softplus(3 * inputs - 2)
    frozen = free if amount == 0 else frozen  # the gates before the change
    y = [coupled_scan(inputs, gate, rate, ones, ones)[0, 0, :, 0].numpy() for gate in (frozen, free)]
    before = y[0] if amount == 0 else before
    change[amount] = predicted, actual = y[0] - before, y[1] - before
    figures[f"+{amount:g}"] = mm.course.figures.frozen_and_free(before, predicted, actual)
mm.plots.with_slider(figures, prefix="input at step 20: 0.5 ", start="+0.5")

# %% [markdown]
# With a slope of 0 the gate does not depend on the input. *Predict the two lines on the right for it, then for a slope of 1.*

# %%
mm.course.play("frozen gates")

# %%
signs = [(predicted[20:].min() > 0, actual[20:].max() < 0) for amount, (predicted, actual) in change.items() if amount]
mm.course.test("at every setting the map predicts an increase, and y decreases", signs)

# %% [markdown]
# The map is not wrong: it is the effect through the *state* with the gates fixed. But the input also opened the gate, the gate increased the decay of the
# input of step 5, and that effect is larger. In the trained model as well: perturb the input of the layer, once with fixed gates, once with recomputed gates. (D, the direct
# path from input to output, is left out, as it is in the map.)

# %%
model = run.model.double().eval()
block, encoded = model.blocks[0], model.encode(mm.models.batch_of(watch["test"], range(8)))
perturbation = 1e-4 * torch.randn(encoded.x.shape, generator=torch.Generator().manual_seed(0)).double()
with torch.no_grad():
    here, there = (
        block.scan_inputs(values, encoded.mask_or_none)[0] for values in (encoded.x, encoded.x + perturbation)
    )
    here, there = (scan._replace(D=torch.zeros_like(scan.D)) for scan in (here, there))
    y = block.scan(here)
    recomputed, fixed = block.scan(there) - y, block.scan(here._replace(x=there.x)) - y
kept = block.scan(there._replace(dt=here.dt, B=here.B, C=here.C)) - y
mm.course.finding(
    "with fixed gates the effect of a small random perturbation has a large relative error",
    float((recomputed - fixed).norm() / recomputed.norm()),
    above=0.1,
    control={"gates fixed in both": float((kept - fixed).norm() / kept.norm())},
    form=".0%",
)

# %% [markdown]
# The map has another limit: it is that of one layer. Convolution, gate and skip connection are not in it, and above layer 1 its sources are mixed streams.
#
# ## 6 · Through the whole model
#
# The same idea works from end to end. Hold *every* data-dependent factor at its value, not only Δ, B and C but also the SiLU gates, the norms and
# the pooling weights: the whole network is then affine in the encoded steps. `record` stores the signed share of every modality and step in the
# prediction, and the size of its contribution to every stream. *Predict: at which source steps is a prediction from the first t steps decided?*

# %%
whole = mm.analysis.end_to_end(trace)
mm.plots.plot_end_to_end_prefixes(whole)

# %%
added = whole["bias"] + whole["share"].sum(("modality", "time"))
mm.course.identity("shares and bias add up to the explained quantity (float32)", added, whole["total"], tolerance=1e-4)
along = whole["prefix"].sum(("source_modality", "source_block")) + whole["prefix_bias"]
mm.course.identity("and for every prefix", along, whole["prefix_total"].transpose(*along.dims), tolerance=1e-4)

# %% [markdown]
# The shares add up by construction; that does not make them right. The test is a real cut: replace the encoded steps with the largest shares by zeros,
# let the gates change, and compare with random steps.

# %%
loss = {}
for which, each in (("trained", trace), ("untrained", trace_untrained)):
    cut = mm.analysis.faithfulness(each)
    after, random = (float(cut["after_mean"].sel(explanation=name)) for name in ("end-to-end attribution", "random"))
    loss[which] = after - random
    uncut = float(cut["uncut_mean"])
    print(
        f"{which:9} p(predicted class) {uncut:.2f}; without the top 20 % of steps {after:.2f}, without random 20 % {random:.2f}"
    )
mm.course.finding(
    "steps with the largest shares matter more than random ones (difference of p, predicted class)",
    loss["trained"],
    below=-0.05,
    control={"the untrained model": loss["untrained"]},
    form="+.2f",
    stored="03 cut",
)

# %% [markdown]
# `mm.recording.record_faithfulness` measures it on many samples and beside other methods; `docs/trust.md` has the table for every picture of this suite.
#
# ## What we learnt
#
# - A selective scan is a matrix times its inputs, exactly. Across modalities that matrix is the influence map.
# - Unlike softmax weights, its entries may be negative, its rows have any sum, and its past passes through M · N numbers at most. Linear attention shares all three.
# - Cross-modal influence begins at lag 1. With equal decays and a doubly stochastic W the identity of the source decays faster than the content, by the second eigenvalue of W a step.
# - The untrained model shows it as well: it is a property of the coupling at its initial value. A picture of a trained model needs the untrained one beside it.
# - It is not a derivative of the model: the gates are frozen, and that can change the sign.
# - With all gates frozen the whole model is affine: signed shares of every modality and step in the prediction. A cut tells how far they hold.
#
# ## Exercises
#
# Put your work where the dots are. Stuck? `mm.course.hint("3.4")`, then `mm.course.hint("3.4", 2)` and `3`; the solution: `mm.course.solution("3.4")`.
#
# ### Exercise 3.4 · State transition from step s to step t
#
# In section 3 the decay was the same for all streams and steps, in a selective scan it is not. Given are the decays `a`, an array (step, modality), and W. Which
# matrix maps the M states at step s to their share of the states at step t ≥ s? Give the M × M matrix, rows are targets:
# `answer = lambda a, W, s, t: ...`, or a function of several lines called `answer`.

# %%
answer = ...  # your work
mm.course.check("3.4", answer)

# %% [markdown]
# ### Exercise 3.5 · Rank of the past
#
# Section 1 computed the rank of the block from the first to the second half of the sequence: N = 4 for one stream. Take the map of three modalities
# instead: rows of all of them in the second half, columns of all of them in the first. Which rank does it have at θ = ∞, at θ = 2, and at θ = 0?
# Think before you compute: `answer = [..., ..., ...]`. The maps are in `maps`.

# %%
answer = ...  # your work
mm.course.check("3.5", answer)

# %% [markdown]
# ### Exercise 3.6 · Gates that select one step
#
# One stream of one state, A = −1, B = C = 1, and 40 steps. Choose the 40 gates Δ ≥ 0 such that the influence of step 5 on y at step 30 is at least 0.1, and at least ten times
# that of any of the steps 6 to 29: `answer = np.array([...])`. A stream with constant gates cannot do that.

# %%
answer = ...  # your work
mm.course.check("3.6", answer)
