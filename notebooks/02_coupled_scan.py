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
# # Coupled scan: what does coupling do to a selective scan?
#
# Mamba processes a sequence with a *hidden state*, a few numbers that decay and are updated at every step. Coupled Mamba has one such
# SSM stream for each modality, and mixes the hidden states of all streams before every step. **The question: how does this coupling change memory, stability and parallel computation?**
#
# You need `00_start_here` and matrix products. Less than a minute to run and thirty to think; no GPU, no network.
#
# ## 1 · The recurrence
#
# One stream: at every step the state $h$ of N numbers decays, receives the input $x_t$, and gives the output $y_t$.
#
# $$h_t = e^{\Delta_t A} \odot h_{t-1} + \Delta_t B_t x_t, \qquad y_t = C_t \cdot h_t$$
#
# The scan is *selective*: $\Delta_t$, $B_t$ and $C_t$ differ from step to step. In a model they are computed from the data; here they are drawn
# at random.
#
# This is where coupling sits in a block of the model: one selective scan for each modality, and W between their states.

# %%
import numpy as np
import torch
from mmkernels import coupled_scan

import mmviz as mm

rng = np.random.default_rng(0)
M, L, N = 3, 64, 4  # modalities, steps, states
x, dt = rng.standard_normal((M, L)), rng.uniform(0.05, 0.5, (M, L))
A, B, C = -rng.uniform(0.2, 2, (M, N)), *rng.standard_normal((2, M, L, N))

h, uncoupled = np.zeros(N), np.zeros(L)
for t in range(L):  # the stream of modality 0
    h = np.exp(dt[0, t] * A[0]) * h + dt[0, t] * B[0, t] * x[0, t]
    uncoupled[t] = C[0, t] @ h
mm.plots.diagram("coupled_mamba_block")

# %% [markdown]
# | symbol | meaning | here |
# | --- | --- | --- |
# | $x_t$, $y_t$, $h_t$ | input, output, hidden state of a stream at step t | numbers; N numbers |
# | $A$, $\Delta_t$, $e^{\Delta_t A}$ | rates (below 0), step size (above 0), decay of one step (between 0 and 1); later also $S_t$ | fixed; drawn at random |
# | $B_t$, $C_t$ | what is written into the state, what is read from it | drawn at random |
# | M, L, N | streams (modalities), steps, states of a stream | 3, 64, 4 |
# | $W$ | coupling weights, M × M; row m: target, columns: sources | rows that sum to 1 |
# | ⊙ | product of numbers at the same place | |
#
# Now M streams, $h$ is M × N. **Coupling changes one thing: $h$ is replaced by $W h$.** Row m of the M × M matrix W holds
# the coupling weights of the target m; its columns are the sources, itself included.

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
kernel_output = coupled_scan(**operator, W=torch.from_numpy(W))[:, 0, :, 0].numpy()
mm.course.identity("with W = I the kernel equals the loop of one stream", independent[0], uncoupled)
mm.course.identity("with this W the kernel equals the loop of the coupled streams", kernel_output, coupled)

# %% [markdown]
# **Exercise 2.1 · one step by hand.** A stream has two states, h = (1, 2). In this step they decay by the factors (0.5, 0.8), the input term ΔBx is (0.3, −0.1),
# and C = (1, 2). What is the output y of this step? Give one number. Stuck? `mm.course.hint("2.1")`.

# %%
answer = ...  # your work
mm.course.check("2.1", answer)

# %% [markdown]
# ## 2 · From independent to uniform coupling
#
# First play with the recurrence itself. The page below computes it while you draw x, edit W and move Δ; it needs no kernel. *Predict: which
# entries of W let a pulse of audio reach text, and after how many steps? Then choose a preset and press Play.*

# %%
mm.course.playground("coupled_scan")

# %% [markdown]
# One parameter θ goes from independent streams to uniform coupling: the rows of W are softmax(θ I). At θ = ∞ this is the identity, at
# θ = 2 it is the initial value of our models, at θ = 0 it is the mean, 1/M everywhere.
#
# Three streams with the same decay. Audio gets a pulse at step 5, image at step 20, text has no input. *Predict: what does the state
# of text do, and what is the half-life of audio's own pulse, at each θ?*

# %%
names, L = ("audio", "image", "text"), 50
thetas = {"∞ (identity)": np.inf, "4": 4.0, "2": 2.0, "1": 1.0, "0 (mean)": 0.0}
diagonal = [1 / (1 + (M - 1) * np.exp(-theta)) for theta in thetas.values()]  # of softmax(θ I)
couplings = np.stack([np.where(np.eye(M), w, (1 - w) / (M - 1)) for w in diagonal])

K = len(thetas)  # one sample for each θ
pulse, ones = torch.zeros(M, K, L, 1).double(), torch.ones(M, K, L, 1).double()
pulse[0, :, 5], pulse[1, :, 20] = 1, 1
slow = torch.full((M, 1, 1), np.log(0.93)).double()
y = coupled_scan(pulse, ones, slow, ones, ones, W=torch.from_numpy(couplings))
states = y[..., 0].numpy()  # with C = 1 and one state, y is the state
print("states by modality, θ, step:", states.shape)

# %%
words = "two pulses; a decay of 0.93 a step; text has no input of its own"
mm.plots.with_slider(
    {
        theta: mm.course.figures.coupled_states(couplings[k], states[:, k], names, note=words, span=(-0.03, 1.4))
        for k, theta in enumerate(thetas)
    },
    prefix="θ = ",
    start="2",
)

# %% [markdown]
# The same with your own numbers. *At which θ is the pulse of audio shared equally within five steps? Does the decay change who receives how much?*

# %%
mm.course.play("two pulses")

# %%
mm.course.identity("with W = I the state of text is exactly 0", states[2, 0], 0, tolerance=0)
mm.course.identity("no other stream changes in the step of the pulse", states[1:, :, 5], 0, tolerance=0)
mm.course.test("with every other W text changes: W couples the previous states", states[2, 1:, -1] > 0)
mm.course.identity("the sum of the three states is the same at every θ", states.sum(0), states.sum(0)[:1].repeat(K, 0))

# %% [markdown]
# The last identity is important. **Coupling adds no memory, it redistributes it**: what text gains, audio has lost. It has two conditions: the columns of W sum
# to 1 as its rows do (W is *doubly stochastic*), and the streams have equal decays. Without either of them the sum depends on W:

# %%
drawn_w = rng.dirichlet(np.ones(M), size=M)  # rows sum to 1, columns do not
unequal = torch.log(torch.tensor([0.93, 0.8, 0.98])).double()[:, None, None]
total = {}
for label, decays, rows in (
    ("equal decays, rows and columns of W sum to 1", slow, couplings[3]),
    ("equal decays, only the rows sum to 1", slow, drawn_w),
    ("unequal decays, rows and columns sum to 1", unequal, couplings[3]),
):
    one = pulse[:, :1], ones[:, :1], decays, ones[:, :1], ones[:, :1]
    sums = [coupled_scan(*one, W=w)[:, 0, :, 0].sum(0).numpy() for w in (torch.from_numpy(rows), torch.eye(M).double())]
    total[label] = abs(sums[0] - sums[1]).max() / sums[1].max()
    print(f"{label:45}: coupled and independent sums differ by {total[label]:.0e} of the largest")
both, rows_only, decays_differ = total.values()
mm.course.identity("with both conditions coupling keeps the sum of the states", both, 0)
mm.course.test("without either condition the sum depends on W", rows_only > 0.01, decays_differ > 0.01)

# %% [markdown]
#
# At θ = 0 look at the lines after step 21: there is only one. If all rows of W are equal, all targets receive the same state, the mean
# $g = \frac1M\sum_n h_n$. Then it is enough to propagate $g$, N numbers instead of M · N, also if the decays differ:

# %%
L = len(uncoupled)
g, one_memory = np.zeros(N), np.zeros((M, L))
for t in range(L):
    h = np.exp(dt[:, t, None] * A) * g + (dt[:, t] * x[:, t])[:, None] * B[:, t]
    one_memory[:, t] = (C[:, t] * h).sum(-1)
    g = h.mean(0)
mean = coupled_scan(**operator, W=None)[:, 0, :, 0].numpy()
mm.course.identity("M streams with mean coupling have one recurrent state, the mean", one_memory, mean)

# %% [markdown]
# **So mean coupling has M outputs and one recurrent memory.** Differences between the streams are forgotten in a single step. That makes it cheap, and the kernel uses it. Different rows, as
# in a learned softmax, keep M memories.

# %% [markdown]
# **Exercise 2.2 · one coupled step by hand.** Two streams, audio and image, one state each: audio's is 1, image's is 0. The rows of W are (0.8, 0.2) and (0.4, 0.6),
# both decays are 0.5, and there is no input. Which states follow? `answer = [audio, image]`. Hints with `"2.2"`.

# %%
answer = ...  # your work
mm.course.check("2.2", answer)

# %% [markdown]
# ## 3 · The literal sum
#
# The paper prints neither a mean nor a softmax. It prints a sum (equations 6 and 10), which is W = 1 everywhere: $h^m_t = S^m_t \odot \sum_k h^k_{t-1} + \dots$,
# with $S = e^{\Delta A}$ between 0 and 1 (our interpretation). *Predict: every S is below 1, so the state decays. Does it?*
#
# Three streams with Mamba's initial values: 64 channels with Δ between 0.001 and 0.1, 16 states with A = −1 … −16. All entries of W are equal; the
# row sum increases from the mean (1) to the literal sum (3).

# %%
E, N, L, row_sums = 64, 16, 100, (1.0, 1.05, 1.2, 1.5, 2.0, 3.0)
dt = np.exp(rng.uniform(np.log(0.001), np.log(0.1), (M, E, 1)))
S = np.exp(-dt * np.arange(1, N + 1))  # (M, E, N), the decay of one step
weight = np.array(row_sums)[:, None, None] / M
g, size, inputs = np.zeros((len(row_sums), E, N)), [], []
for _ in range(L):
    new = dt * rng.standard_normal((M, 1, N)) * rng.standard_normal((M, E, 1))  # Δ B x
    h = S * (weight * g)[:, None] + new
    g = h.sum(1)
    size.append(abs(h).max((1, 2, 3)))
    inputs.append(abs(new).max())
size = np.array(size)  # (step, row sum): the largest state

# %% [markdown]
# Why should it grow? Without input a step multiplies the M states of one channel by $\Phi = \mathrm{diag}(S)\,W$, at every step. Repeated multiplication is governed by the
# *spectral radius* ρ of Φ, its largest eigenvalue in absolute value: below 1 the state decays, above 1 it diverges. Left: the largest state. Right: ρ of all
# 64 · 16 matrices, sorted. **Move the slider and watch where the curve on the right crosses 1.**

# %%
Phi = S.transpose(1, 2, 0)[..., None] * np.ones((M, M))  # (E, N, M, M) for W = 1
largest = abs(np.linalg.eigvals(Phi)).max(-1).ravel()
mm.plots.with_slider(
    {f"{row:g}": mm.course.figures.stability(size[:, k], largest * row / M) for k, row in enumerate(row_sums)},
    prefix="a row of W sums to ",
    start="3",
)

# %%
mm.course.play("literal sum")

# %% [markdown]
# **Eigenvalues in the unit disc.** Φ has M eigenvalues for each state. Inside the circle a repeated product decays, outside it grows. Here for three equal decays and three
# kinds of W: the identity, a cycle (audio → image → text → audio, with a share of the stream itself), and equal rows. *Predict: which of the three leaves the disc first when the row sum grows?*

# %%
mm.course.play("eigenvalues")

# %%
mm.course.identity("with W = 1, ρ is the sum of the M decays", largest, S.sum(0).ravel(), tolerance=1e-9)
literal = size[:, -1]
growth = literal[-1] / literal[-2]
print(f"ρ up to {largest.max():.2f}; the largest state passes 1e9 at step {int((literal > 1e9).argmax()) + 1}")
mm.course.test(
    "in the end the largest state grows by the largest ρ per step, to 3 %", abs(growth / largest.max() - 1) < 0.03
)
above_one = {row: (largest * row / M > 1).mean() for row in row_sums}
print(", ".join(f"row sum {row:g}: {share:.0%} of the states with ρ > 1" for row, share in above_one.items()))
mm.course.test("with a row sum of 1 no ρ exceeds 1, with 1.05 some do", above_one[1.0] == 0, above_one[1.05] > 0)

# %% [markdown]
# Every S is below 1, but a sum of three of them is not. **And long memory diverges first**: an S near 1 is a state with a long half-life, so
# the longer the half-life, the faster it grows.
#
# In a whole model this is not visible for a while. Our models have the literal sum as `coupling="exact_sum"`. Before any training, on windows of three sensors:

# %%
watch, finite = mm.data.load("watch", fold=0), {}
windows = mm.models.batch_of(watch["test"], range(8))
for coupling, steps, seed in [(c, s, k) for c in ("exact_sum", "softmax") for s in (50, 100) for k in range(5)]:
    model = mm.models.build("coupled_mamba", watch.spec, layers=1, steps=steps, coupling=coupling, seed=seed).eval()
    with torch.no_grad():
        scan = model.observe(model.encode(windows)).scans[0]
        _, last = coupled_scan(*scan[:6], W=scan.W[0], return_state=True)
        logits = model(windows)
    finite[coupling, steps, seed] = float(logits.isfinite().all())
    if seed == 0:
        print(f"{coupling:9} {steps:3} steps: largest state {last.abs().max():.0e}, first logit {logits[0, 0]:.2f}")

# %%
outputs = {
    key: [finite[*key, seed] for seed in range(5)] for key in (("exact_sum", 50), ("exact_sum", 100), ("softmax", 100))
}
mm.course.finding(
    "with the literal sum the logits of 100 steps overflow before any training (share of finite outputs)",
    outputs["exact_sum", 100],
    below=0.5,
    control={"softmax rows, 100 steps": outputs["softmax", 100], "the literal sum, 50 steps": outputs["exact_sum", 50]},
)

# %% [markdown]
# At 50 steps the normalisation after the layer scales huge states to size 1, so the outputs look normal. At 100 a float32 overflows.
#
# What about softmax rows? If S differs from step to step, ρ of every single Φ does not decide: a product of matrices may grow even if none of
# the factors does. But a row of non-negative weights that sums to 1 is a weighted mean, and no mean exceeds the largest value. So no state
# exceeds the largest previous state plus its input, whatever S is:

# %%
before = np.concatenate([[0.0], size[:-1, 0]])
bound = S.max() * before + inputs
mm.course.test(
    "with rows that sum to 1, no step exceeds the largest state before it plus its input", size[:, 0] <= bound
)

# %% [markdown]
# **Exercise 2.3 · the condition.** Three streams have the decays 0.9, 0.5 and 0.4 in every step, and all entries of W are equal to w. What is the largest w for which the states do not
# grow? Give it to three decimals. Hints with `"2.3"`.

# %%
answer = ...  # your work
mm.course.check("2.3", answer)

# %% [markdown]
# ## 4 · A kernel? Only while S is constant
#
# State space models before Mamba ran as a convolution: $y_t = \sum_j K_j\, x_{t-j}$, with one kernel K for the whole sequence. The test for that is simple: a
# convolution is shift-invariant: a late pulse has the same response as an early one, only later. So give audio a pulse at four different steps, and superimpose the four
# responses. The slider makes the scan selective: Δ varies from step to step, more and more.
#
# *Predict: what will happen to the four lines?*

# %%
L, starts, spreads = 64, (4, 14, 24, 34), (0.0, 0.3, 0.6, 1.0)
drawn = torch.from_numpy(rng.standard_normal((M, 1, L, 1)))
rate, mix = torch.full((M, 1, 1), -1.0).double(), torch.from_numpy(couplings[3])  # θ = 1
pulses = torch.zeros(M, len(starts), L, 1).double()
pulses[0, range(len(starts)), starts] = 1
ones, lags, responses = torch.ones_like(pulses), np.arange(30), {}
for spread in spreads:
    gates = 0.15 * torch.exp(spread * drawn).repeat(1, len(starts), 1, 1)  # Δ
    y = coupled_scan(pulses, gates, rate, ones, ones, W=mix)[..., 0].numpy()
    responses[spread] = np.stack([y[:, k, start : start + len(lags)] for k, start in enumerate(starts)], 1)

# %%
words, top = "input: a pulse of audio; Δ = 0.15 exp(spread · noise)", responses[1.0][:2].max()
mm.plots.with_slider(
    {
        f"{spread:g}": mm.course.figures.pulse_responses(response[:2], starts, names[:2], note=words, top=top)
        for spread, response in responses.items()
    },
    prefix="spread of Δ ",
    start="1",
)

# %%
mm.course.play("one kernel")

# %%
residual = {}
for spread, response in responses.items():
    best = response.mean(1, keepdims=True)  # the kernel with the least squared error
    residual[spread] = np.linalg.norm(response - best) / np.linalg.norm(response)
print("residual of the best kernel by spread:", {spread: f"{value:.0%}" for spread, value in residual.items()})
mm.course.identity("with constant Δ the four responses are equal, one kernel is enough", residual[0.0], 0)
mm.course.test("for these gates the residual increases with the spread", np.diff(list(residual.values())) > 0)

# %% [markdown]
# With constant S the kernel can be written down. For M streams it is an M × M matrix for every lag: $K_j = C\,(\mathrm{diag}(S)W)^j\,\Delta B$, a power for each lag.

# %%
decay = np.exp(-0.15)
Phi = decay * mix.numpy()
kernel = [0.15 * np.linalg.matrix_power(Phi, j) for j in range(L)]  # B = C = 1
convolved = np.stack([sum(kernel[j] @ x[:, t - j] for j in range(t + 1)) for t in range(L)], 1)
signal, ones = torch.from_numpy(x)[:, None, :, None], torch.ones(M, 1, L, 1).double()
scanned = coupled_scan(signal, 0.15 * ones, rate, ones, ones, W=mix)[:, 0, :, 0].numpy()
mm.course.identity("while S is constant, the convolution with powers equals the scan", convolved, scanned)

# %% [markdown]
# The paper's parallel form (equations 7, 18–21) has such powers too: $h^m_t = S_m \sum_i P^i\, U_{t-1-i} + U^m_t$, where $U^m = \bar B_m x^m$ is the input term,
# $U = \sum_m U^m$ and $P = \sum_m S_m$. It gives S a time axis all the same. If S varies, a power $P^i$ must
# become the product of the i values on the way, $P_{t-1} \cdots P_{t-i}$. (We divide both sums by M, to stay bounded.)

# %%
error = {}
for name, spread in (("constant", 0.0), ("selective", 1.0)):
    gates = 0.15 * np.exp(spread * drawn[:, 0, :, 0].numpy())
    S, inputs = np.exp(-gates), gates * x
    P, U = S.mean(0), inputs.mean(0)
    power = [S[:, t] * sum(P[t] ** i * U[t - 1 - i] for i in range(t)) + inputs[:, t] for t in range(L)]
    product = [S[:, t] * sum(P[t - i : t].prod() * U[t - 1 - i] for i in range(t)) + inputs[:, t] for t in range(L)]
    exact = coupled_scan(signal, torch.from_numpy(gates)[:, None, :, None], rate, ones, ones)[:, 0, :, 0].numpy().T
    error[name] = abs(np.array(power) - exact).max() / abs(exact).max()
    mm.course.identity(f"S {name}: products equal the scan", product, exact)
mm.course.identity("S constant: powers equal the scan", error["constant"], 0)
mm.course.test(
    f"S selective: powers do not equal the scan, relative error {error['selective']:.0%}", error["selective"] > 0.05
)

# %% [markdown]
# ## 5 · Parallel scan
#
# Without a kernel, must the steps be computed in sequence? No. A step takes the state $g$ to $P_t\,g + U_t$. Two consecutive steps have the same form:
#
# $$P_2\,(P_1\,g + U_1) + U_2 = (P_2 P_1)\,g + (P_2 U_1 + U_2)$$
#
# So two neighbouring segments can be *combined* into one, in any grouping (the operation is associative), without $g$. In each round every step combines with the result 1, then 2, 4, 8, … steps before. *How many rounds do 64 steps need?*

# %%
g = np.zeros(L)  # the loop, for comparison
for t in range(L):
    g[t] = P[t] * g[t - 1] * (t > 0) + U[t]
F, v, reach, rounds = P.copy(), U.copy(), 1, 0
while reach < L:
    F[reach:], v[reach:] = F[reach:] * F[:-reach], F[reach:] * v[:-reach] + v[reach:]  # all steps at the same time
    reach, rounds = 2 * reach, rounds + 1
    done = int(np.isclose(v, g, rtol=1e-10, atol=0).cumprod().sum())
    mm.course.identity(
        f"after round {rounds} the first {min(reach, L)} steps are final", done, min(reach, L), tolerance=0
    )
mm.course.identity(f"equal to the loop after {rounds} rounds instead of {L} steps", v, g)

# %% [markdown]
# This parallel prefix scan gives the operator its name, and lets a GPU run it in parallel over time. It needs more arithmetic in total, and fewer sequential steps. With one memory (the mean) a
# segment is two numbers for each state; with any other W it is an M × M matrix and a vector, see exercise 2.5.
#
# ## 6 · In a trained model
#
# Two small models side by side, same data, same seed: independent streams (A), and streams coupled by softmax rows (B). Look at *Coupling* and *Influence*, and move the epoch.

# %%
ds, traces = mm.data.load("av_digits"), {}
for coupling in ("identity", "softmax"):
    model = mm.models.build("coupled_mamba", ds.spec, width=16, layers=1, steps=14, coupling=coupling, seed=0)
    run = mm.train.fit(model, ds, epochs=3, learning_rate=1e-2, select="last", seed=0, progress=False, cache="runs")
    traces[coupling] = mm.record(run, ds["test"], recorded_samples=6)
mm.widgets.Explorer(traces["identity"], other=traces["softmax"])

# %% [markdown]
# The Trace stores the states, the gates Δ, B, C and W of the recorded samples, but not the input x. Can W be identified from the states? A
# step adds $\Delta x$ times the vector B to the N states of a channel. So subtract from every state the decayed, coupled previous states for a *guessed* W: if the guess is right, the remainder is parallel to B, and
# the orthogonal residual is 0.

# %%
op = traces["softmax"]["operator"].to_dataset().isel(recorded_sample=0, layer=0)
h, dt, A, B, W = (op[name].values.astype(float) for name in ("h", "dt", "A", "B", "W"))
before = np.concatenate([np.zeros_like(h[:, :1]), h[:, :-1]], 1)  # (modality, step, channel, state)
along = B[:, :, None] / np.linalg.norm(B, axis=-1)[:, :, None, None]
residual = {}
for guess, weights in {"the recorded W": W, "W = I": np.eye(2), "the mean": np.full((2, 2), 0.5)}.items():
    added = h - np.exp(dt[..., None] * A[:, None]) * np.einsum("mn,ntes->mtes", weights, before)
    across = added - (added * along).sum(-1, keepdims=True) * along
    residual[guess] = np.linalg.norm(across) / np.linalg.norm(h)
    print(f"{guess:15}: residual orthogonal to B, relative to the states: {residual[guess]:.1e}")
mm.course.identity(
    "the recorded states obey the recurrence with the recorded W (float32)",
    residual["the recorded W"],
    0,
    tolerance=1e-4,
)
wrong = min(residual["W = I"], residual["the mean"])
mm.course.test(
    "with W = I or the mean the residual is more than ten times larger", wrong > 10 * residual["the recorded W"]
)
print(mm.course.fingerprint(seed=0, coupling=W))

# %% [markdown]
# ## What is from the paper, and what is not
#
# | here | source |
# | --- | --- |
# | $h^m_t = S_m \sum_k h^k_{t-1} + \bar B_m x^m_t$, the literal sum | the paper (arXiv 2405.18014), equations 6 and 10 |
# | $S = e^{\Delta A}$ | our interpretation: Algorithm 1 prints S without the exponential |
# | that the sum diverges | measured here, section 3 |
# | the mean, W = 1/M | the paper's equation 9 with G = I/M; that choice of G is ours |
# | softmax rows, the parameter θ | our interpretation |
# | the parallel form with powers | the paper, equations 7 and 18–21; products in their place are ours, checked in section 4 |
# | the scan in log₂ L rounds | well known; Mamba (arXiv 2312.00752) uses one |
# | what the authors' public code does | it has no coupled recurrence: three ordinary Mamba scans, and linear layers across modalities between them |
#
# ## What we learnt
#
# - Coupling is one product, W h, before every step. The input of one stream reaches another stream one step later, never in the same step.
# - If W is doubly stochastic and the decays are equal, coupling keeps the sum of the states: it redistributes memory and adds none. In general it can do both.
# - With mean coupling, M streams have one recurrent memory. With other rows there are as many as the rank of W: rows that differ in general keep M.
# - The literal sum diverges where the M decays sum to more than 1, and states with a long half-life diverge fastest. Non-negative rows that sum to 1 cannot diverge.
# - A convolution kernel exists while S is constant. A selective scan has none, but can be computed in parallel.
#
# ## Exercises
#
# Put your work where the dots are. Stuck? `mm.course.hint("2.4")`, then `mm.course.hint("2.4", 2)` and `3`; the solution: `mm.course.solution("2.4")`.
#
# ### Exercise 2.4 · The longest half-life with the literal sum
#
# M streams have equal decays, and W = 1 everywhere. What is the longest half-life, in steps, for which the sum does not
# diverge? The half-life is that of a stream's own decay, without coupling. Give a function of M, for M ≥ 2: `answer = lambda M: ...`

# %%
answer = ...  # your work
mm.course.check("2.4", answer)

# %% [markdown]
# *When it is right:* put in M = 3. Is that much of a memory?
#
# ### Exercise 2.5 · Combine two segments of a coupled scan
#
# For one stream a segment of time was a pair of numbers (P, U). For M streams with any W it is a pair of a matrix F (M × M) and a vector v (M): it maps
# the states $h$ before it to $F h + v$. Write the function that combines an earlier segment (F1, v1) and a later one (F2, v2) into one:
# `answer = lambda F1, v1, F2, v2: (..., ...)`, a pair of a matrix and a vector.

# %%
answer = ...  # your work
mm.course.check("2.5", answer)

# %% [markdown]
# ### Exercise 2.6 · A cyclic coupling
#
# Text gets a pulse. One step later only image shall hold it, another step later only audio, then text again, and so on, and nothing shall be
# lost except by decay. Which W does that? The order is audio, image, text; give the 3 × 3 matrix.

# %%
answer = ...  # your work
mm.course.check("2.6", answer)
