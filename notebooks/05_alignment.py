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
# # Alignment: which moment belongs to which, and what if we insist?
#
# Two modalities seldom keep time with each other. *Optimal transport* asks what it would cost to turn one sequence into the other, and its plan says which
# step goes where. AlignMamba moves its sequences by such a plan. AlignMamba-2 makes the cost a part of the training loss, beside a second
# distance, MMD. **The question: does transport find which moments belong together, and what happens to a model that is paid for making them alike?**
#
# You need `00_start_here`, and an idea of what a loss is. A minute to run and thirty to think; no GPU, no network.
#
# ## 1 · Two recorders, one switched on late
#
# A spoken digit, recorded twice. The second recorder was switched on five frames after the first, and each has noise of its own. So we know what
# a good plan must say: step *i* of `x` is step *i* − 5 of `y`. The first five steps of `x` have no partner, nor have the last five of `y`.

# %%
import numpy as np
import torch
from mmkernels import entropic_plan, exact_plan, mmd_squared, pairwise_cost, relaxed_plan

import mmviz as mm

LATE, T = 5, 24
ds = mm.data.load("av_digits")
voice, test = ds.spec.modality("audio"), ds["test"]
row = int((test.valid["audio"].sum(1) >= LATE + T).argmax())  # the first recording that is long enough
sound = (test.inputs["audio"][row][: LATE + T] - voice.mean) / voice.std
noise = np.random.default_rng(0).normal(0, 0.3, (2, T, voice.features))
x, y = torch.from_numpy(sound[:T] + noise[0]), torch.from_numpy(sound[LATE:] + noise[1])
C = pairwise_cost(x[None], y[None])  # C[i, j] = 1 - cos of the angle between x[i] and y[j]: AlignMamba, equation 3
print(f"x and y: {T} steps of {voice.features} coefficients; a pair costs between {C.min():.2f} and {C.max():.2f}")

# %% [markdown]
# ## 2 · Three plans on one slider
#
# A plan $P$ says how much of step *i* goes to step *j*; it costs $\langle P, C\rangle = \sum_{ij} P_{ij} C_{ij}$. The plans differ in what they must keep to:
#
# | plan | the cheapest of all with | source |
# | --- | --- | --- |
# | relaxed | $1/T$ leaves each step of `x` | AlignMamba (arXiv 2412.00833), equations 4 and 5 |
# | exact | $1/T$ leaves each step of `x`, $1/T$ arrives at each step of `y` | AlignMamba, equations 1 and 2 |
# | entropic, ε | the same, and $\varepsilon\,\mathrm{KL}(P \mid \text{even})$ is added to the cost | Cuturi, NeurIPS 2013; that AlignMamba-2 means this is a *reading* |
#
# *Predict: which of them finds the five steps best? Which is cheapest, and which reaches every step of `y`?* Then move the slider. The bars below
# the plan are what arrives.

# %%
plans = {"relaxed": relaxed_plan(C), "exact": exact_plan(C)}
plans |= {f"ε {e:g}": entropic_plan(C, epsilon=e, max_iterations=20_000) for e in (0.02, 0.05, 0.1, 0.3, 1.0)}
views = {name: mm.plots.plot_plan(mm.analysis.plan_summary(found.plan, C)) for name, found in plans.items()}
mm.plots.with_slider(views, says="plan: ")

# %%
price = np.array([float(found.cost) for found in plans.values()])
leaves, arrives = ({name: found.plan[0].sum(axis) * T for name, found in plans.items()} for axis in (1, 0))
for name, found in plans.items():
    print(f"{name:8} costs {float(found.cost):.3f}, mass arrives at {int((arrives[name] > 1e-9).sum())} of {T} steps")
assert (np.diff(price) > 0).all()
print("check: relaxed < exact < entropic, and the dearer the larger ε")
assert all(abs(share - 1).max() < 1e-4 for share in leaves.values())
assert all(abs(arrives[name] - 1).max() < 1e-4 for name in plans if name != "relaxed")
assert arrives["relaxed"].min() == 0
print("check: each step sends 1/T in all plans, and receives 1/T in all but the relaxed one")

# %% [markdown]
# **Do they find the five steps?** Of the mass that has a partner, how much is carried to it? And by how much does a plan move things on the mean?

# %%
partner = np.arange(LATE, T)
hits = {name: float(found.plan[0, partner, partner - LATE].sum()) * T / len(partner) for name, found in plans.items()}
print(", ".join(f"{name}: {share:.0%}" for name, share in hits.items()), f"(even shares: {1 / T:.0%})")
assert hits["relaxed"] > hits["exact"] > 0.5
assert hits["ε 1"] < 0.2
print("check: nobody told them of five steps; the relaxed plan finds most, the exact one fewer, a large ε none")
mean_lag = {name: float(mm.analysis.plan_summary(found.plan, C)["mean_lag"][0]) for name, found in plans.items()}
assert all(abs(lag) < 1e-3 for name, lag in mean_lag.items() if name != "relaxed")
print("check: the mean lag of every plan but the relaxed one is 0, whatever the delay")

# %% [markdown]
# Both may surprise. **The constraint has a price**: five steps of `x` have no partner, and exact transport breaks up right pairs so that every step of `y` gets its
# share. And a plan that takes evenly and gives evenly cannot move anything *on the mean*: what goes back must come forward. So do not read a delay off a mean lag; look at the lag
# by which most mass moves, as the figure's title has it.
#
# The relaxed plan may leave steps of `y` empty. Here that is its strength; it is also its weakness, as we are about to see.
#
# ## 3 · What the distances do not see
#
# Beside transport stands MMD, which asks whether two *sets* of points could come from one distribution (AlignMamba, equations 7 to 9):
#
# $$\mathrm{MMD}^2 = \tfrac{1}{T^2}\sum_{ii'} k(x_i, x_{i'}) + \tfrac{1}{T^2}\sum_{jj'} k(y_j, y_{j'}) - \tfrac{2}{T^2}\sum_{ij} k(x_i, y_j), \qquad k(u, v) = e^{-\lVert u - v\rVert^2 / 2\sigma^2}$$
#
# (For *k* we take the mean over five widths σ around the median distance, which is a *reading*; the papers give none.) Measure four sequences against `y`: `y` itself, `y` played backwards, one step of `y` repeated 24 times, and `x`. *Predict: which of the four can
# each distance not tell from `y`?*

# %%
sequences = {"y": y, "y backwards": y.flip(0), "one step of y": y[:1].repeat(T, 1), "x": x}
print(f"{'':14} {'relaxed':>8} {'exact':>8} {'ε 0.05':>8} {'MMD²':>8}")
measured = {}
for name, other in sequences.items():
    cost = pairwise_cost(other[None], y[None])
    transported = (relaxed_plan(cost), exact_plan(cost), entropic_plan(cost, epsilon=0.05))
    measured[name] = [float(found.cost) for found in transported] + [float(mmd_squared(other, y))]
    print(f"{name:14} " + " ".join(f"{abs(value):8.3f}" for value in measured[name]))

# %%
RELAXED, EXACT, ENTROPIC, DISCREPANCY = range(4)
assert max(map(abs, measured["y"][:2])) < 1e-9
assert abs(measured["y"][DISCREPANCY]) < 1e-9
print("check: of identical sequences the relaxed cost, the exact cost and MMD are 0")
assert measured["y"][ENTROPIC] > 0.01
print("check: the entropic cost of y to itself is not 0: entropy blurs the plan")
assert np.allclose(measured["y"], measured["y backwards"], atol=1e-6)
print("check: played backwards, y is at the same distance in all four: none of them knows of time")
assert abs(measured["one step of y"][RELAXED]) < 1e-9
assert min(measured["one step of y"][EXACT], measured["one step of y"][DISCREPANCY]) > 0.1
print("check: one step, repeated, is relaxed distance 0 from y; exact transport and MMD are not taken in")

# %% [markdown]
# The last check is the *collapse*. Whoever is paid for a small relaxed cost may send everything to one place. AlignMamba-2 has MMD beside its transport, and standing against this collapse is
# a plausible reason (a *reading*; its equations are not public). Our models take the relaxed cost both ways and average.
#
# **What a plan is good for.** AlignMamba puts `x` on the clock of `y`: $\tilde x = P^\top x$ (equation 6). It does so with the relaxed plan; here is the exact one. Compare `x` with `y` step by step,
# before and after:

# %%
P = plans["exact"].plan[0]
carried = {"as recorded": x, "literal, equation 6": P.T @ x, "the same, times T": T * P.T @ x}
apart = {name: float(pairwise_cost(z[None], y[None])[0].diagonal().mean()) for name, z in carried.items()}
length = {name: float(z.norm(dim=1).mean() / y.norm(dim=1).mean()) for name, z in carried.items()}
for name in carried:
    print(f"{name:21} mean cost step by step {apart[name]:.2f}, mean length {length[name]:.2f} of that of y")
assert apart["literal, equation 6"] < apart["as recorded"] / 2
assert length["literal, equation 6"] < 1.5 / T
print(
    "check: transport takes most of the delay away; taken literally, equation 6 shrinks every step to about 1/T of its size"
)

# %% [markdown]
# Here alignment helps: both sequences are of one event, and a plan undoes a delay that nobody knew.
#
# ## 4 · Alike as a goal
#
# Now the other use. A small AlignMamba-2 (a *reading*; its equations are not public) hears digits spoken and sees them written. Its loss is
#
# $$\mathcal L = \mathcal L_\text{task} + w\,(\mathcal L_\text{OT} + \mathcal L_\text{MMD}),$$
#
# with the relaxed cost, both ways, and MMD² between the encoded steps of sound and picture, before any fusion. The slider has weights *w*. A dot is a
# sample: where its mean encoded step points. *Predict before you move it: which weight is best? What will the dots look like when the alignment has won?*

# %%
small = {"width": 16, "layers": 1, "steps": 14, "state": 4}
plan = {"epochs": 4, "batch_size": 128, "learning_rate": 1e-2, "select": "last", "progress": False, "cache": "runs"}
weights = {"0": (0, 0), "0.01": (0.01, 0.01), "0.1": (0.1, 0.1), "1": (1, 1), "100": (100, 100)}
weights |= {"100, OT alone": (100, 0), "100, MMD alone": (0, 100), "0, seed 1": (0, 0), "0, seed 2": (0, 0)}
traces, points = {}, {}
for name, (ot, mmd) in weights.items():
    seed = int(name[-1]) if "seed" in name else 0
    model = mm.models.build("alignmamba2", ds.spec, **small, ot=ot, mmd=mmd, seed=seed)
    run = mm.train.fit(model, ds, **plan, seed=seed)
    traces[name] = mm.record(run, test, influence=False)
    points[name] = mm.analysis.directions(mm.recording.encoded(run, test))

# %%
swept = ("0", "0.01", "0.1", "1", "100")
views = {name: mm.plots.plot_directions(points[name]) for name in swept}
mm.plots.with_slider(views, says="weight of the alignment: ")

# %% [markdown]
# The *A-distance* (AlignMamba reports one; that it is this one is a *reading*) asks how well a linear classifier tells sound from picture: 2 always, 0 not at all.

# %%
accuracy = {name: float(mm.analysis.coalition_scores(trace)["score"][-1]) for name, trace in traces.items()}
curves = mm.analysis.alignment(traces).isel(pair=0).sel(epoch=plan["epochs"])
last = curves[["ot", "mmd", "a_distance"]].to_dataframe().drop(columns=["epoch", "pair"], errors="ignore")
last["cosine"] = [float(found["within"].mean()) for found in points.values()]
last["accuracy"] = accuracy
print(last.round(3))
print(mm.course.seal(seed=0, table=last.values))

# %%
ot, heard = last["ot"], last["accuracy"]
assert ot["100"] < ot["1"] < ot["0.1"] < ot["0"]
assert last["a_distance"]["100"] < 0.5 < last["a_distance"]["0"]
assert heard["100"] < heard["1"] < heard["0"] - 0.1
print("check: with the weight all distances fall, and so does the accuracy: aligned to perfection, and of no use")
assert last["cosine"]["100"] > 0.98
print("check: at weight 100 any two samples point the same way, whatever the digit: this is the collapse")

# %% [markdown]
# Whoever looks at the alignment alone sees a success: modalities that no classifier can tell apart. They cannot be told apart because nothing can.
# The cosine cost makes it easy: a large constant that is added to every step turns all of them one way.
#
# **Does MMD stand against it, as the word "dual" suggests?** Compare 100 with its two halves.

# %%
assert heard["100, MMD alone"] > heard["100"] + 0.1
assert last["cosine"]["100, OT alone"] > 0.98
assert max(heard["100"], heard["100, OT alone"]) < heard["0"] - 0.3
print("check: transport alone collapses, MMD alone does not as much; together they collapse all the same")

# %% [markdown]
# MMD forbids that *one* modality falls onto a point of the other. It has nothing against both becoming one point. What forbids that is the task, and at weight 100 the task has no voice.
#
# **And does a little alignment help?** The weight 0.01 is our default. Beside it stand two more seeds without alignment:

# %%
without = [heard["0"], heard["0, seed 1"], heard["0, seed 2"]]
print(
    f"accuracy without alignment, three seeds: {min(without):.1%} to {max(without):.1%}; with weight 0.01: {heard['0.01']:.1%}"
)
assert ot["0.01"] < ot["0"]
assert min(without) - 0.04 < heard["0.01"] < max(without) + 0.04
print(
    "check: a small weight brings the modalities nearer, and leaves the accuracy where another seed might have put it"
)

# %% [markdown]
# No gain here, and none was to be expected: these pairs share a digit and nothing else. No moment of the sound belongs to a row of the picture. Section 2 was different: one event, two
# clocks. **Before you align, ask what there is to be aligned.**
#
# **Look inside** the collapsed model. Scroll to *Transport* and choose a sample: a plan there is, but it costs next to nothing to go anywhere, so it says nothing. Then move *Epoch* back to 0.

# %%
mm.widgets.Explorer(traces["100"])

# %% [markdown]
# ## What we learnt
#
# - A plan finds a delay that nobody told it of. The relaxed one is cheapest and forgets half of the constraints; the entropic one blurs, and is never 0.
# - None of these distances knows of time: a sequence played backwards is as near as the sequence itself.
# - A small distance is not a good alignment. Paid for enough, a model makes everything alike; look at accuracy and at the spread of the features beside it.
#
# ## Exercises
#
# ### Exercise 5.1 · cheat the loss
#
# Hand in a sequence, an array of the shape of `y`, whose *relaxed* cost to `y` is 0, while exact transport charges more than 0.1 for it.
#
# Stuck? `mm.course.hint("5.1")`, then `mm.course.hint("5.1", 2)` and `3`; the solution: `mm.course.solution("5.1")`.

# %%
answer = ...  # your work
mm.course.check("5.1", answer, y=y)

# %% [markdown]
# ### Exercise 5.2 · carry the steps over
#
# In section 3 we multiplied by T. That is right where 1/T arrives, and a relaxed plan brings much to one step and nothing to another. Write a function of any plan (T, T') and a sequence `x` (T, features),
# both NumPy, that returns the sequence on the anchor's clock (T', features): at each step the *mean* of what arrives, and zeros where nothing does. Hints with `"5.2"`.

# %%
answer = ...  # your work
mm.course.check("5.2", answer)

# %% [markdown]
# ### Exercise 5.3 · MMD in three lines
#
# Write MMD² as a function of two sets of points (n, features), (m, features) and the kernel's width σ, in NumPy: the formula of section 3, also for sets of
# different size. Hints with `"5.3"`.

# %%
answer = ...  # your work
mm.course.check("5.3", answer)
