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
# # Coupled scan: what happens when state chains hear each other?
#
# Mamba walks through a sequence with a *state*, a few numbers that it lets decay and writes into. Coupled Mamba gives each modality such a
# chain of states, and lets the chains hear each other before every step. **The question: what does that coupling do to a selective scan?**
#
# You need `00_start_here` and matrix products. Less than a minute to run and thirty to think; no GPU, no network.
#
# ## 1 · Three lines
#
# One chain: at every step the state $h$ of N numbers decays, takes in the input $x_t$, and is read.
#
# $$h_t = e^{\Delta_t A} \odot h_{t-1} + \Delta_t B_t x_t, \qquad y_t = C_t \cdot h_t$$
#
# The scan is *selective*: $\Delta_t$, $B_t$ and $C_t$ differ from step to step. In a model they are computed from the data; here they are drawn
# at random.

# %%
import numpy as np
import torch
from mmkernels import coupled_scan

import mmviz as mm
from mmviz.plots.figure_spec import Axis, Heat, Lines, Panel, Picture, Rule
from mmviz.plots.plotly_backend import draw

rng = np.random.default_rng(0)
M, L, N = 3, 64, 4  # modalities, steps, states
x, dt = rng.standard_normal((M, L)), rng.uniform(0.05, 0.5, (M, L))
A, B, C = -rng.uniform(0.2, 2, (M, N)), *rng.standard_normal((2, M, L, N))

h, alone = np.zeros(N), np.zeros(L)
for t in range(L):  # the chain of modality 0
    h = np.exp(dt[0, t] * A[0]) * h + dt[0, t] * B[0, t] * x[0, t]
    alone[t] = C[0, t] @ h

# %% [markdown]
# Now M chains side by side, $h$ is M × N. **Coupling changes one thing: where $h$ stood, there is $W h$.** Row m of the M × M matrix W says
# what chain m hears of each chain, itself included.

# %%
W = np.exp(rng.standard_normal((M, M)))
W /= W.sum(1, keepdims=True)  # rows sum to one
h, coupled = np.zeros((M, N)), np.zeros((M, L))
for t in range(L):
    h = np.exp(dt[:, t, None] * A) * (W @ h) + (dt[:, t] * x[:, t])[:, None] * B[:, t]
    coupled[:, t] = (C[:, t] * h).sum(-1)

# %% [markdown]
# That is the whole operator. `mmkernels.coupled_scan` computes it for many channels and samples at once, in any of its backends; its axes
# are (modality, sample, step, channel or state).

# %%
operator = {"x": x[:, None, :, None], "dt": dt[:, None, :, None], "A": A[:, None], "B": B[:, None], "C": C[:, None]}
operator = {name: torch.from_numpy(values) for name, values in operator.items()}
independent = coupled_scan(**operator, W=torch.eye(M).double())[:, 0, :, 0].numpy()
heard = coupled_scan(**operator, W=torch.from_numpy(W))[:, 0, :, 0].numpy()
assert abs(independent[0] - alone).max() < 1e-12 * abs(alone).max()
assert abs(heard - coupled).max() < 1e-12 * abs(coupled).max()
print("check: both loops equal the kernel to rounding; with W = I each chain is alone")

# %% [markdown]
# ## 2 · The knob
#
# Turn one knob from chains that are alone to chains that hear each other alike: let the rows of W be softmax(θ I). At θ = ∞ this is the identity, at
# θ = 2 it is where our models begin to learn, at θ = 0 it is the mean, 1/M everywhere.
#
# Three chains with the same decay. Audio gets a pulse at step 5, image at step 20, text never gets anything. *Predict: what does the state
# of text do, and how long does audio remember its own pulse, at each place of the knob?*

# %%
names, L = ("audio", "image", "text"), 50
knob = {"∞ (identity)": np.inf, "4": 4.0, "2": 2.0, "1": 1.0, "0 (mean)": 0.0}
own = [1 / (1 + (M - 1) * np.exp(-theta)) for theta in knob.values()]  # the diagonal of softmax(θ I)
couplings = np.stack([np.where(np.eye(M), w, (1 - w) / (M - 1)) for w in own])

K = len(knob)  # a sample for each place of the knob
pulse, ones = torch.zeros(M, K, L, 1).double(), torch.ones(M, K, L, 1).double()
pulse[0, :, 5], pulse[1, :, 20] = 1, 1
slow = torch.full((M, 1, 1), np.log(0.93)).double()
y = coupled_scan(pulse, ones, slow, ones, ones, W=torch.from_numpy(couplings))
states = y[..., 0].numpy()  # with C = 1 and one state, y is the state
print("states by modality, place of the knob, step:", states.shape)

# %%
steps, at = np.arange(L), np.arange(float(M))
ticks = tuple(zip(at, names, strict=True))
figures = {}
for k, theta in enumerate(knob):
    table = Heat(couplings[k], at, at, 0, 1, "weight", numbers=".2f", bar=False)
    lines = tuple(Lines(steps, states[m, k], name, m, marked=False) for m, name in enumerate(names))
    panels = (
        Panel((table,), Axis("hears", ticks=ticks), Axis("chain", ticks=ticks, reverse=True), title="W"),
        Panel(lines, Axis("step"), Axis("state", span=(-0.03, 1.4)), title="states"),
    )
    words = "two pulses; a decay of 0.93 a step; text has no input of its own"
    figures[theta] = draw(Picture("From alone to alike", (words,), panels, columns=2, width=860))
mm.plots.with_slider(figures, says="θ = ", start="2")

# %%
assert (states[2, 0] == 0).all()
assert (states[2, 1:, -1] > 0).all()
assert (states[1:, :, 5] == 0).all()
print("check: alone, text stays exactly 0; else it moves, and never in the step of the pulse: W hears the state before")
assert np.ptp(states.sum(0), axis=0).max() < 1e-12
print("check: the sum of the three states is the same at every place of the knob")

# %% [markdown]
# The second check is worth a pause. **Coupling makes no memory, it shares it out**: what text gains, audio has lost. (This holds where the columns of W sum to 1
# too, and the chains decay alike.)
#
# At θ = 0 look at the lines after step 21: there is only one. If all rows of W are the same, all chains hear the same thing, the mean
# $g = \frac1M\sum_n h_n$. Then it should be enough to carry $g$ alone, N numbers instead of M · N, also if the chains decay differently:

# %%
L = len(alone)
g, one_memory = np.zeros(N), np.zeros((M, L))
for t in range(L):
    h = np.exp(dt[:, t, None] * A) * g + (dt[:, t] * x[:, t])[:, None] * B[:, t]
    one_memory[:, t] = (C[:, t] * h).sum(-1)
    g = h.mean(0)
mean = coupled_scan(**operator, W=None)[:, 0, :, 0].numpy()
assert abs(one_memory - mean).max() < 1e-12 * abs(mean).max()
print("check: M chains under mean coupling are one chain, which carries the mean and nothing else")

# %% [markdown]
# **So the mean has M mouths and one memory.** Whatever is not the same for all chains is forgotten in a single step. That makes it cheap, and the kernel uses it. Rows that differ, as
# a learned softmax has them, keep M memories.
#
# ## 3 · The literal sum
#
# The paper prints neither a mean nor a softmax. It prints a sum (equations 6 and 10), which is W = 1 everywhere: $h^m_t = S^m_t \odot \sum_k h^k_{t-1} + \dots$,
# with $S = e^{\Delta A}$ between 0 and 1 in our reading. *Predict: every S is below 1, so the state decays. Does it?*
#
# Three chains as Mamba starts them: 64 channels with Δ between 0.001 and 0.1, 16 states with A = −1 … −16. Let every entry of W be the same, and turn
# up what a row sums to, from the mean (1) to the literal sum (3).

# %%
E, N, L, row_sums = 64, 16, 100, (1.0, 1.05, 1.2, 1.5, 2.0, 3.0)
dt = np.exp(rng.uniform(np.log(0.001), np.log(0.1), (M, E, 1)))
S = np.exp(-dt * np.arange(1, N + 1))  # (M, E, N), the decay of one step
weight = np.array(row_sums)[:, None, None] / M
g, size, put = np.zeros((len(row_sums), E, N)), [], []
for _ in range(L):
    new = dt * rng.standard_normal((M, 1, N)) * rng.standard_normal((M, E, 1))  # Δ B x
    h = S * (weight * g)[:, None] + new
    g = h.sum(1)
    size.append(abs(h).max((1, 2, 3)))
    put.append(abs(new).max())
size = np.array(size)  # (step, row sum): the largest state

# %% [markdown]
# Why should it grow? Without input a step multiplies the M states of one channel by $\Phi = \mathrm{diag}(S)\,W$, again and again. What repeated multiplication does is decided by the
# *spectral radius* ρ of Φ, its largest eigenvalue in absolute value: below 1 it fades, above 1 it explodes. Left: the largest state. Right: ρ of all
# 64 · 16 matrices, sorted. **Move the slider and watch where the curve on the right crosses 1.**

# %%
Phi = S.transpose(1, 2, 0)[..., None] * np.ones((M, M))  # (E, N, M, M) for W = 1
largest = abs(np.linalg.eigvals(Phi)).max(-1).ravel()
share, figures = np.linspace(0, 100, largest.size), {}
for k, row in enumerate(row_sums):
    radius = np.sort(largest * row / M)[::-1]
    left = Lines(np.arange(1, L + 1), size[:, k], "", 0, marked=False)
    right = (Lines(share, radius, "", 4, marked=False), Rule(1.0, "y"))
    panels = (
        Panel((left,), Axis("step"), Axis("largest |state|", log=True, span=(1e-2, 1e46)), title="states"),
        Panel(
            right, Axis("percent of the states"), Axis("ρ", span=(0, 3.1)), title="spectral radius ρ: explodes above 1"
        ),
    )
    words = f"{(radius > 1).mean():.0%} of the states grow; the largest is {size[-1, k]:.0e} at step {L}"
    figures[f"{row:g}"] = draw(Picture("How much may a chain hear?", (words,), panels, columns=2, width=860))
mm.plots.with_slider(figures, says="a row of W sums to ", start="3")

# %%
assert np.allclose(largest, S.sum(0).ravel(), rtol=1e-9)
literal = size[:, -1]
first = int((literal > 1e9).argmax()) + 1
assert 15 <= first <= 35
assert abs(literal[-1] / literal[-2] / largest.max() - 1) < 0.03
print(
    f"check: with W = 1, ρ is the sum of the M decays, up to {largest.max():.2f}; the state passes 1e9 at step {first}"
)
assert (largest * 1.05 / M > 1).any()
assert size[-1, 1] > 3 * size[-1, 0]
print(f"check: rows that sum to 1.05 are too much already, for {(largest * 1.05 / M > 1).mean():.0%} of the states")

# %% [markdown]
# Every S is below 1, but a sum of three of them is not. **And it is memory that explodes**: an S near 1 is a state that remembers long, so
# the better a chain remembers, the faster it grows.
#
# In a whole model it goes unseen for a while. Our models have the literal sum as `coupling="exact_sum"`. Before any training, on windows of three sensors:

# %%
from mmviz.models.batch import batch_of

watch, finite = mm.data.load("watch", fold=0), {}
windows = batch_of(watch["test"], range(8))
for steps in (50, 100):
    model = mm.models.build("coupled_mamba", watch.spec, layers=1, steps=steps, coupling="exact_sum", seed=0).eval()
    with torch.no_grad():
        scan = model.observe(model.encode(windows)).scans[0]
        _, last = coupled_scan(*scan[:6], W=scan.W[0], return_state=True)
        answer = model(windows)
    finite[steps] = bool(answer.isfinite().all())
    print(f"{steps:3} steps: largest state {last.abs().max():.0e}, first answer {answer[0, 0]:.2f}")
    assert last.abs().max() > 1e12 or not last.isfinite().all()
assert finite == {50: True, 100: False}
print("check: at 50 steps the answers look sane, at 100 they are not numbers, before the first step of training")

# %% [markdown]
# At 50 steps the normalisation behind the layer brings huge states back to size 1, so the answers look like any others. At 100 a float32 overflows.
#
# What about softmax rows? If S differs from step to step, ρ of every single Φ does not decide: a product of matrices may grow though none of
# them does alone. But a row of non-negative weights that sums to 1 gives a mean of what was there, and no mean is larger than the largest. So no state can
# exceed the largest one before it, but for its input, whatever S does:

# %%
before = np.concatenate([[0.0], size[:-1, 0]])
assert (size[:, 0] <= S.max() * before + put).all()
print("check: with rows that sum to 1, no step exceeds the largest state before it plus its input")

# %% [markdown]
# ## 4 · A kernel? Only while S is constant
#
# State space models before Mamba ran as a convolution: $y_t = \sum_j K_j\, x_{t-j}$, with one kernel K for the whole sequence. The test for that is simple: a
# convolution answers a late pulse as it answers an early one, only later. So give audio a pulse at four different steps, and lay the four answers
# on top of each other. The slider makes the scan selective: Δ varies from step to step, more and more.
#
# *Predict: what will happen to the four lines?*

# %%
L, starts, spreads = 64, (4, 14, 24, 34), (0.0, 0.3, 0.6, 1.0)
drawn = torch.from_numpy(rng.standard_normal((M, 1, L, 1)))
rate, mix = torch.full((M, 1, 1), -1.0).double(), torch.from_numpy(couplings[3])  # θ = 1
pulses = torch.zeros(M, len(starts), L, 1).double()
pulses[0, range(len(starts)), starts] = 1
ones, lags, answers = torch.ones_like(pulses), np.arange(30), {}
for spread in spreads:
    gates = 0.15 * torch.exp(spread * drawn).repeat(1, len(starts), 1, 1)  # Δ
    y = coupled_scan(pulses, gates, rate, ones, ones, W=mix)[..., 0].numpy()
    answers[spread] = np.stack([y[:, k, start : start + len(lags)] for k, start in enumerate(starts)], 1)

# %%
figures = {}
for spread, answer in answers.items():
    panels = tuple(
        Panel(
            tuple(Lines(lags, answer[m, k], f"pulse at {s}", k, marked=False) for k, s in enumerate(starts)),
            Axis("steps after the pulse"), Axis("answer", span=(0, 1.05 * answers[1.0][m].max())), title=f"of {names[m]}",
        ) for m in (0, 1)
    )  # fmt: skip
    words = "audio gets a pulse; Δ = 0.15 exp(spread · noise)"
    figures[f"{spread:g}"] = draw(Picture("Is there one kernel?", (words,), panels, columns=2, width=860))
mm.plots.with_slider(figures, says="spread of Δ ", start="1")

# %%
assert np.ptp(answers[0.0], axis=1).max() < 1e-12
best = answers[1.0].mean(1, keepdims=True)  # the one kernel that fits the four answers best, in least squares
missed = np.linalg.norm(answers[1.0] - best) / np.linalg.norm(answers[1.0])
assert missed > 0.1
print(f"check: with constant Δ the four answers are one; with spread 1 the best kernel misses {missed:.0%} of them")

# %% [markdown]
# With constant S the kernel can be written down. For M chains it is an M × M matrix for every lag: $K_j = C\,(\mathrm{diag}(S)W)^j\,\Delta B$, a power for each lag.

# %%
decay = np.exp(-0.15)
Phi = decay * mix.numpy()
kernel = [0.15 * np.linalg.matrix_power(Phi, j) for j in range(L)]  # B = C = 1
convolved = np.stack([sum(kernel[j] @ x[:, t - j] for j in range(t + 1)) for t in range(L)], 1)
signal, ones = torch.from_numpy(x)[:, None, :, None], torch.ones(M, 1, L, 1).double()
scanned = coupled_scan(signal, 0.15 * ones, rate, ones, ones, W=mix)[:, 0, :, 0].numpy()
assert abs(convolved - scanned).max() < 1e-12 * abs(scanned).max()
print("check: while S is constant, the convolution with powers equals the scan to rounding")

# %% [markdown]
# The paper's parallel form (equations 7, 18–21) has such powers too: $h^m_t = S_m \sum_i P^i\, U_{t-1-i} + U^m_t$, where $U^m = \bar B_m x^m$ is what comes in,
# $U = \sum_m U^m$ and $P = \sum_m S_m$. It gives S a time axis all the same. If S varies, a power $P^i$ must
# become the product of the i values on the way, $P_{t-1} \cdots P_{t-i}$. (We divide both sums by M, to stay bounded.)

# %%
for name, spread in (("constant", 0.0), ("selective", 1.0)):
    gates = 0.15 * np.exp(spread * drawn[:, 0, :, 0].numpy())
    S, put = np.exp(-gates), gates * x
    P, U = S.mean(0), put.mean(0)
    power = [S[:, t] * sum(P[t] ** i * U[t - 1 - i] for i in range(t)) + put[:, t] for t in range(L)]
    product = [S[:, t] * sum(P[t - i : t].prod() * U[t - 1 - i] for i in range(t)) + put[:, t] for t in range(L)]
    right = coupled_scan(signal, torch.from_numpy(gates)[:, None, :, None], rate, ones, ones)[:, 0, :, 0].numpy().T
    off, exact = (abs(np.array(form) - right).max() / abs(right).max() for form in (power, product))
    assert exact < 1e-12
    assert off < 1e-12 if spread == 0 else off > 0.05
    print(f"S {name}: powers are off by {off:.0e}, products by {exact:.0e}")
print("check: powers are right for constant S alone, products always")

# %% [markdown]
# ## 5 · Parallel all the same
#
# No kernel, so must one walk step by step? No. A step takes the state $g$ to $P_t\,g + U_t$. Two steps, one after the other, do the same kind of thing:
#
# $$P_2\,(P_1\,g + U_1) + U_2 = (P_2 P_1)\,g + (P_2 U_1 + U_2)$$
#
# So two neighbouring stretches can be *combined* into one, in any grouping (this is associative), without knowing $g$. Let every step look back 1, then 2, 4, 8, … steps at once. *How many rounds do 64 steps need?*

# %%
g = np.zeros(L)  # the loop, for comparison
for t in range(L):
    g[t] = P[t] * g[t - 1] * (t > 0) + U[t]
F, v, reach, rounds = P.copy(), U.copy(), 1, 0
while reach < L:
    F[reach:], v[reach:] = F[reach:] * F[:-reach], F[reach:] * v[:-reach] + v[reach:]  # all steps at the same time
    reach, rounds = 2 * reach, rounds + 1
    done = int(np.isclose(v, g, rtol=1e-10, atol=0).cumprod().sum())
    assert done == min(reach, L)
    print(f"round {rounds}: the first {done} steps are final")
assert abs(v - g).max() < 1e-12 * abs(g).max()
print(f"check: equal to the loop after {rounds} rounds instead of {L} steps")

# %% [markdown]
# This is the scan of the name, and why a GPU can run it along time. It is more arithmetic in all, for fewer steps in a row. With one memory (the mean) a
# stretch is two numbers for each state; with any other W it is an M × M matrix and a vector, see exercise 2.2.
#
# ## 6 · In a trained model
#
# Two small models side by side, same data, same seed: chains alone (A), and coupled by softmax rows (B). Look at *Coupling* and *Influence*, and move the epoch.

# %%
ds, traces = mm.data.load("av_digits"), {}
for coupling in ("identity", "softmax"):
    model = mm.models.build("coupled_mamba", ds.spec, width=16, layers=1, steps=14, coupling=coupling, seed=0)
    run = mm.train.fit(model, ds, epochs=3, learning_rate=1e-2, select="last", seed=0, progress=False, cache="runs")
    traces[coupling] = mm.record(run, ds["test"])
mm.widgets.Explorer(traces["identity"], other=traces["softmax"])

# %% [markdown]
# The Trace keeps the states, the gates Δ, B, C and W of the samples in view, but not what came in, x. Can the states alone tell which W was at work? What
# a step adds to the N states of a channel is $\Delta x$ times the vector B. So take from every state what a *guessed* W makes of the states before: if the guess is right, what is left points along B, and
# nothing else is left over.

# %%
op = traces["softmax"]["operator"].to_dataset().isel(traced=0, layer=0)
h, dt, A, B, W = (op[name].values.astype(float) for name in ("h", "dt", "A", "B", "W"))
before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], 1)  # (modality, step, channel, state)
along = B[:, :, None] / np.linalg.norm(B, axis=-1)[:, :, None, None]
left_over = {}
for guess, weights in {"the recorded W": W, "W = I": np.eye(2), "the mean": np.full((2, 2), 0.5)}.items():
    added = h - np.exp(dt[..., None] * A[:, None]) * np.einsum("mn,ntes->mtes", weights, before)
    across = added - (added * along).sum(-1, keepdims=True) * along
    left_over[guess] = np.linalg.norm(across) / np.linalg.norm(h)
    print(f"{guess:15}: {left_over[guess]:.1e} of the states is left over")
assert left_over["the recorded W"] < 1e-4
assert min(left_over["W = I"], left_over["the mean"]) > 10 * left_over["the recorded W"]
print("check: the recorded states obey the recurrence of section 1 with the recorded W, and with no other of these")
print(mm.course.seal(seed=0, coupling=W))

# %% [markdown]
# ## What is from the paper, and what is not
#
# | here | where from |
# | --- | --- |
# | $h^m_t = S_m \sum_k h^k_{t-1} + \bar B_m x^m_t$, the literal sum | the paper (arXiv 2405.18014), equations 6 and 10 |
# | $S = e^{\Delta A}$ | a reading of ours: Algorithm 1 prints S without the exponential |
# | that the sum diverges | measured here, section 3 |
# | the mean, W = 1/M | the paper's equation 9 with G = I/M; that choice of G is ours |
# | softmax rows, the knob θ | readings of ours |
# | the parallel form with powers | the paper, equations 7 and 18–21; products in their place are ours, checked in section 4 |
# | the scan in log₂ L rounds | well known; Mamba (arXiv 2312.00752) uses one |
# | what the authors' public code does | it has no coupled recurrence: three ordinary Mamba scans, and linear layers across modalities between them |
#
# ## What we learnt
#
# - Coupling is one product, W h, before every step. What one chain takes in reaches another one step later, never at once.
# - It makes no memory. Under the mean, M chains have one memory between them; different rows keep M.
# - The literal sum explodes because states remember, not although they decay. Rows that sum to 1 cannot.
# - A kernel exists as long as S is constant. A selective scan has none, and is parallel all the same.
#
# ## Exercises
#
# Put your work where the dots are. Stuck? `mm.course.hint("2.1")`, then `mm.course.hint("2.1", 2)` and `3`; the solution: `mm.course.solution("2.1")`.
#
# ### Exercise 2.1 · The longest memory that the literal sum bears
#
# M chains decay alike, and W = 1 everywhere. What is the longest half-life, in steps, that a state may have before the sum makes it
# explode? A half-life counts a chain's own decay alone, without coupling. Give a function of M, for M ≥ 2: `answer = lambda M: ...`

# %%
answer = ...  # your work
mm.course.check("2.1", answer)

# %% [markdown]
# *When it is right:* put in M = 3. Is that much of a memory?
#
# ### Exercise 2.2 · Combine two stretches of a coupled scan
#
# For one chain a stretch of time was a pair of numbers (P, U). For M chains with any W it is a pair of a matrix F (M × M) and a vector v (M): it takes
# the states $h$ that enter it to $F h + v$. Write what combines an earlier stretch (F1, v1) and a later one (F2, v2) into one:
# `answer = lambda F1, v1, F2, v2: (..., ...)`, a pair of a matrix and a vector.

# %%
answer = ...  # your work
mm.course.check("2.2", answer)

# %% [markdown]
# ### Exercise 2.3 · A coupling that hands the state on
#
# Text gets a pulse. One step later only image shall hold it, another step later only audio, then text again, and so on, round and round, and nothing shall be
# lost but by decay. Which W does that? The order is audio, image, text; give the 3 × 3 matrix.

# %%
answer = ...  # your work
mm.course.check("2.3", answer)
