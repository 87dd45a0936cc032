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
# # Alignment: optimal transport between modalities, and alignment as a training loss
#
# Two modalities are rarely synchronous. *Optimal transport* computes the cost of mapping one sequence onto the other; its plan assigns
# steps to steps. AlignMamba resamples its sequences by such a plan. AlignMamba-2 adds the cost to the training loss, beside a second
# distance, MMD. **The question: does transport find corresponding steps, and what happens to a model whose loss rewards equal features?**
#
# You need `00_start_here`, and an idea of what a loss is. A minute to run and thirty to think; no GPU, no network.
#
# ## 1 · Two recordings with a known delay
#
# A spoken digit, recorded twice. The second recording starts five frames after the first, and each has independent noise. So the correct
# plan is known: step *i* of `x` is step *i* − 5 of `y`. The first five steps of `x` have no partner, nor have the last five of `y`.

# %%
import numpy as np
import torch
from mmkernels import entropic_plan, exact_plan, mmd_squared, pairwise_cost, relaxed_plan

import mmviz as mm
from mmviz.core.intervals import mean_interval, share_interval

DELAY, T = 5, 24
ds = mm.data.load("av_digits")
voice, test = ds.spec.modality("audio"), ds["test"]
row = int((test.valid["audio"].sum(1) >= DELAY + T).argmax())  # the first recording that is long enough
sound = (test.inputs["audio"][row][: DELAY + T] - voice.mean) / voice.std
noise = np.random.default_rng(0).normal(0, 0.3, (2, T, voice.features))
x, y = torch.from_numpy(sound[:T] + noise[0]), torch.from_numpy(sound[DELAY:] + noise[1])
C = pairwise_cost(x[None], y[None])  # C[i, j] = 1 - cos of the angle between x[i] and y[j]: AlignMamba, equation 3
print(f"x and y: {T} steps of {voice.features} coefficients; a pair costs between {C.min():.2f} and {C.max():.2f}")

# %% [markdown]
# ## 2 · Relaxed, exact and entropic plans
#
# A plan $P$ holds the mass moved from step *i* to step *j*; its cost is $\langle P, C\rangle = \sum_{ij} P_{ij} C_{ij}$. The plans differ in their constraints:
#
# | plan | minimal cost subject to | source |
# | --- | --- | --- |
# | relaxed | $1/T$ leaves each step of `x` | AlignMamba (arXiv 2412.00833), equations 4 and 5 |
# | exact | $1/T$ leaves each step of `x`, $1/T$ arrives at each step of `y` | AlignMamba, equations 1 and 2 |
# | entropic, ε | the same, and $\varepsilon\,\mathrm{KL}(P \mid \text{uniform})$ is added to the cost | Cuturi, NeurIPS 2013; that AlignMamba-2 means this is *our interpretation* |
#
# *Predict: which of them recovers the delay of five steps? Which has the lowest cost, and which reaches every step of `y`?* Then move the slider. The bars below
# the plan are the received mass.

# %%
plans = {"relaxed": relaxed_plan(C), "exact": exact_plan(C)}
plans |= {f"ε {e:g}": entropic_plan(C, epsilon=e, max_iterations=20_000) for e in (0.02, 0.05, 0.1, 0.3, 1.0)}
views = {name: mm.plots.plot_plan(mm.analysis.plan_summary(found.plan, C)) for name, found in plans.items()}
mm.plots.with_slider(views, prefix="plan: ")

# %%
cost = np.array([float(found.cost) for found in plans.values()])
sent, received = ({name: found.plan[0].sum(axis) * T for name, found in plans.items()} for axis in (1, 0))
for name, found in plans.items():
    print(f"{name:8} cost {float(found.cost):.3f}, mass received at {int((received[name] > 1e-9).sum())} of {T} steps")
mm.course.test("cost relaxed < exact < entropic, increasing with ε", np.diff(cost) > 0)
mm.course.identity("each step sends 1/T in all plans (iterated)", torch.stack(list(sent.values())), 1, tolerance=1e-4)
arrived = torch.stack([received[name] for name in plans if name != "relaxed"])
mm.course.identity("each step receives 1/T in all but the relaxed plan (iterated)", arrived, 1, tolerance=1e-4)
mm.course.test("in the relaxed plan some step receives nothing", received["relaxed"].min() == 0)

# %% [markdown]
# *Raise the noise in this smaller example: which of the two plans loses the partners first?*

# %%
mm.course.play("transport")

# %% [markdown]
# **Do they recover the delay?** Which share of the mass with a partner is moved to it? First in this recording:

# %%
partner = np.arange(DELAY, T)
hits = {name: float(found.plan[0, partner, partner - DELAY].sum()) * T / len(partner) for name, found in plans.items()}
print(", ".join(f"{name}: {share:.0%}" for name, share in hits.items()), f"(even shares: {1 / T:.0%})")
for name in ("relaxed", "exact"):
    mm.course.finding(
        f"the {name} plan moves most of the mass to the partners",
        hits[name],
        above=0.5,
        control={"the plan with ε = 1": hits["ε 1"], "even shares": 1 / T},
        over="recordings",
        form=".0%",
    )

# %% [markdown]
# Is the relaxed plan the better one? One recording with one delay cannot tell. We take every training recording that is long enough, with delays from 0 to 12 steps. *Predict how the two curves run.*

# %%
delays, shares, lags, mean_lags = (0, 1, 2, 3, 5, 8, 12), {"relaxed": [], "exact": []}, [], []
spoken, rng = ds["train"], np.random.default_rng(1)
rows = np.flatnonzero(spoken.valid["audio"].sum(1) >= T + max(delays))
sounds = (np.stack([spoken.inputs["audio"][k][: T + max(delays)] for k in rows]) - voice.mean) / voice.std
for delay in delays:
    noise = rng.normal(0, 0.3, (2, len(rows), T, voice.features))
    pair = sounds[:, :T] + noise[0], sounds[:, delay : delay + T] + noise[1]
    costs, partner = pairwise_cost(*map(torch.from_numpy, pair)), np.arange(delay, T)
    for name, plan in (("relaxed", relaxed_plan(costs).plan), ("exact", exact_plan(costs).plan)):
        shares[name].append(plan[:, partner, partner - delay].sum(1).numpy() * T / len(partner))
    lags.append(mm.analysis.plan_summary(relaxed_plan(costs).plan, costs))
    shift = np.arange(T) - np.arange(T)[:, None]
    mean_lags.append(
        [float((find(costs).plan.numpy() * shift).sum((1, 2)).mean()) for find in (relaxed_plan, exact_plan)]
    )
bands = {name: [mean_interval(values) for values in share] for name, share in shares.items()}
words = f"{len(rows)} recordings; mean and 95 % interval over recordings (Student's t)"
mm.course.figures.shares_by_delay(delays, bands, note=words)

# %%
better = dict(zip(delays, np.array(shares["relaxed"]) - np.array(shares["exact"]), strict=True))  # of each recording
claimed = {0: ("exact", "below", 12), 8: ("relaxed", "above", 0), 12: ("relaxed", "above", 0)}
for delay, (word, limit, other) in claimed.items():
    mm.course.finding(
        f"with a delay of {delay} steps the {word} plan finds more partners (relaxed minus exact)",
        better[delay],
        **{limit: 0},
        control={f"the same with delay {other}": better[other]},
        over="recordings",
        form="+.2f",
    )

# %% [markdown]
# Those are means. In how many *single* recordings does the relaxed plan find more partners? *Predict the share at a delay of five steps, where we began.*

# %%
wins = [np.where(each == 0, 0.5, each > 0) for each in better.values()]  # a tie counts half
mean, low, high = np.array([(w.mean(), *share_interval(w.mean(), len(w))) for w in wins]).T
words = f"the relaxed plan finds more partners than the exact one; {len(rows)} recordings, 95 % interval (Wilson)"
mm.course.figures.shares_by_delay(
    delays, {"relaxed": np.stack([mean, low, high], 1)}, note=words, title="In how many recordings?", unit="share of recordings",
    limit=0.5,
)  # fmt: skip

# %%
five = delays.index(DELAY)
print(f"at a delay of {DELAY} steps the relaxed plan finds more partners in {mean[five]:.0%} of the recordings")
mm.course.finding(
    f"at a delay of {DELAY} steps it is not resolved which plan is better (share of recordings for the relaxed one)",
    mean[five],
    contains=0.5,
    interval=(low[five], high[five]),
    n=len(rows),
    control={"delay 0": mean[0], "delay 12": mean[-1]},
    over="recordings",
    form=".0%",
)

# %% [markdown]
# **The constraint has a cost that grows with the delay**: as many steps of `x` as the delay have no partner, and exact transport breaks up correct pairs so that every step of `y` receives its
# share. Where nearly all steps have a partner the constraint helps: it keeps two steps from the same one. (For these recordings and this noise. One recording at one delay shows neither.)
#
# **How to read the delay.** Not from the *mean* lag of a plan. With two uniform marginals it is 0 for every delay, as each shift back needs a shift forward *(identity)*; and the steps
# without a partner pull that of the relaxed plan towards 0. `estimated_lag` takes the lag whose costs are lowest beside the means of their rows and columns, and gives it only if it beats 99 controls
# in which blocks of steps are permuted; else it is NaN. It is negative here: step *i* of `x` matches the *earlier* step *i* − delay of `y`.

# %%
print("delay  mean lag: relaxed  exact   estimated lag: all recordings, right within one step, none, wrong")
table = np.zeros((len(delays), 3))
for k, (delay, found) in enumerate(zip(delays, lags, strict=True)):
    each = found["estimated_lag"].values
    near = np.abs(each + delay) <= 1
    table[k] = near.mean(), np.isnan(each).mean(), (~near & np.isfinite(each)).mean()
    print(f"{-delay:5} {mean_lags[k][0]:18.1f} {round(mean_lags[k][1], 1) + 0:6.1f} {found['pooled_lag'].item():26.0f} {table[k, 0]:25.0%} {table[k, 1]:6.0%} {table[k, 2]:6.0%}")  # fmt: skip
# %%
off = np.array([abs(found["pooled_lag"].item() + delay) for delay, found in zip(delays, lags, strict=True)])
mean_off = np.array([abs(means[0] + delay) for delay, means in zip(delays, mean_lags, strict=True)])
mm.course.identity(
    "the mean lag of the exact plan is 0 at every delay", [means[1] for means in mean_lags], 0, tolerance=1e-9
)
mm.course.finding(
    "over all recordings the estimated lag is right within one step at every delay (largest error, steps)",
    off.max(),
    below=1.5,
    control={"the mean lag of the relaxed plan": mean_off.max()},
    n=len(delays),
    over="delays",
)
mm.course.finding(
    "of single recordings few get a wrong estimate (share, mean over delays)",
    table[:, 2],
    below=0.1,
    control={"the lag 0 for every recording, wrong where the delay is above 1": np.mean(np.array(delays) > 1)},
    over="delays",
    form=".1%",
)

# %% [markdown]
# The relaxed plan may leave steps of `y` without mass. With a long delay that is an advantage; section 3 shows the disadvantage.

# %% [markdown]
# **Exercise 5.1 · two costs by hand.** Two sequences of two steps, with the costs C = ((0.1, 0.2), (0.3, 0.9)); row i is step i of `x`, and every step of `x` sends the mass 1/2. What do the relaxed and the exact plan cost?
# `answer = [relaxed, exact]`. Stuck? `mm.course.hint("5.1")`.
#
# **Exercise 5.2 · the price of two uniform marginals.** In section 1 all steps of `x` but the first d have a partner, d steps earlier in `y`. A plan with two uniform marginals moves each of these T − d steps by −d. By how many steps must it move each
# of the other d steps on average, as its mean lag is 0? `answer = lambda T, d: ...`, in the second cell below. Hints with `"5.2"`.

# %%
answer = ...  # your work
mm.course.check("5.1", answer)

# %%
answer = ...  # your work
mm.course.check("5.2", answer)

# %% [markdown]
# ## 3 · Invariances of the distances
#
# The second distance is MMD, a test whether two *sets* of points come from one distribution (AlignMamba, equations 7 to 9):
#
# $$\mathrm{MMD}^2 = \tfrac{1}{T^2}\sum_{ii'} k(x_i, x_{i'}) + \tfrac{1}{T^2}\sum_{jj'} k(y_j, y_{j'}) - \tfrac{2}{T^2}\sum_{ij} k(x_i, y_j), \qquad k(u, v) = e^{-\lVert u - v\rVert^2 / 2\sigma^2}$$
#
# (For *k* we use the mean over five bandwidths σ around the median distance, which is *our interpretation*; the papers give none.) Compare four sequences with `y`: `y` itself, `y` reversed, one step of `y` repeated 24 times, and `x`. *Predict: which of the four have
# distance 0 to `y`?*

# %%
sequences = {"y": y, "y reversed": y.flip(0), "one step of y": y[:1].repeat(T, 1), "x": x}
print(f"{'':14} {'relaxed':>8} {'exact':>8} {'ε 0.05':>8} {'MMD²':>8}")
measured = {}
for name, other in sequences.items():
    cost = pairwise_cost(other[None], y[None])
    transported = (relaxed_plan(cost), exact_plan(cost), entropic_plan(cost, epsilon=0.05))
    measured[name] = [float(found.cost) for found in transported] + [float(mmd_squared(other, y))]
    print(f"{name:14} " + " ".join(f"{abs(value):8.3f}" for value in measured[name]))

# %%
RELAXED, EXACT, ENTROPIC, DISCREPANCY = range(4)
same, one_step = measured["y"], measured["one step of y"]
zeros = [same[RELAXED], same[EXACT], same[DISCREPANCY]]
mm.course.identity("of a sequence to itself the relaxed cost, the exact cost and MMD² are 0", zeros, 0, tolerance=1e-9)
mm.course.test("the entropic cost of y to itself is not 0: entropy blurs the plan", same[ENTROPIC] > 0.01)
mm.course.identity("none of the four depends on the order of the steps", measured["y reversed"], same, tolerance=1e-5)
mm.course.identity("one step, repeated, has relaxed cost 0 to y", one_step[RELAXED], 0, tolerance=1e-9)
mm.course.test("its exact transport and MMD² are above 0.1", min(one_step[EXACT], one_step[DISCREPANCY]) > 0.1)

# %% [markdown]
# The last two are the *collapse*: the relaxed cost is 0 if all points are one point of `y`. AlignMamba-2 combines transport with MMD, and preventing this collapse is
# a plausible reason (*our interpretation*; its equations are not public). Our models use the mean of the relaxed cost in both directions.
#
# **Use of a plan.** AlignMamba resamples `x` to the time axis of `y`: $\tilde x = P^\top x$ (equation 6), with the relaxed plan; here with the exact one. Compare `x` with `y` step by step,
# before and after:

# %%
P = plans["exact"].plan[0]
resampled = {"as recorded": x, "literal, equation 6": P.T @ x, "the same, times T": T * P.T @ x}
stepwise = {name: float(pairwise_cost(z[None], y[None])[0].diagonal().mean()) for name, z in resampled.items()}
length = {name: float(z.norm(dim=1).mean() / y.norm(dim=1).mean()) for name, z in resampled.items()}
for name in resampled:
    print(f"{name:21} mean cost step by step {stepwise[name]:.2f}, mean length {length[name]:.2f} of that of y")
shuffled = P[:, np.random.default_rng(2).permutation(T)]  # the same marginals, without the correspondence
mm.course.finding(
    "transport removes most of the delay (step-by-step cost, relative to that as recorded)",
    stepwise["literal, equation 6"] / stepwise["as recorded"],
    below=0.5,
    control={
        "a plan with permuted columns": float(pairwise_cost((shuffled.T @ x)[None], y[None])[0].diagonal().mean())
        / stepwise["as recorded"]
    },
    over="recordings",
    form=".0%",
)
mm.course.identity(
    "equation 6, taken literally, scales every step by 1/T",
    T * length["literal, equation 6"],
    length["the same, times T"],
)

# %% [markdown]
# Here alignment helps: both sequences record one event, and a plan removes an unknown delay.

# %% [markdown]
# **Exercise 5.3 · a narrow kernel.** Two sets of n and m different points have no point in common. What is the limit of MMD² (the formula of this section) for a kernel width σ → 0?
# `answer = lambda n, m: ...`. Hints with `"5.3"`.

# %%
answer = ...  # your work
mm.course.check("5.3", answer)

# %% [markdown]
# ## 4 · Alignment as a training loss
#
# Now the other use. A small AlignMamba-2 (*our interpretation*; its equations are not public) classifies pairs of spoken and written digits. Its loss is
#
# $$\mathcal L = \mathcal L_\text{task} + w\,(\mathcal L_\text{OT} + \mathcal L_\text{MMD}),$$
#
# with the relaxed cost, in both directions, and MMD² between the encoded steps of sound and image, before any fusion. The sound is the *anchor*. The gradient of the two distances may move both
# modalities (`anchor_gradient=True`), or only the image towards the sound (False). AlignMamba-2 does not specify it; False is the default here, *our choice*. We begin with True. The slider sets the weight *w*. A dot is a
# sample: the direction of its mean encoded step. *Predict before you move it: which weight is best? What will the dots look like at a large weight?*

# %%
small = {"width": 16, "layers": 1, "steps": 14, "state": 4}
plan = {"epochs": 4, "batch_size": 128, "learning_rate": 1e-2, "select": "last", "progress": False, "cache": "runs"}
weights = {"0": (0, 0), "0.01": (0.01, 0.01), "0.1": (0.1, 0.1), "1": (1, 1), "100": (100, 100)}
weights |= {"100, OT only": (100, 0), "100, MMD only": (0, 100), "0, seed 1": (0, 0), "0, seed 2": (0, 0)}
weights |= {"1, default": (1, 1), "0.01, default": (0.01, 0.01)}
traces, points = {}, {}
for name, (ot, mmd) in weights.items():
    seed = int(name[-1]) if "seed" in name else 0
    free = {} if "default" in name else {"anchor_gradient": True}
    model = mm.models.build("alignmamba2", ds.spec, **small, ot=ot, mmd=mmd, **free, seed=seed)
    run = mm.train.fit(model, ds, **plan, seed=seed)
    traces[name] = mm.record(run, test, recorded_samples=6, influence=False)
    points[name] = mm.analysis.directions(mm.recording.encoded(run, test))

# %%
swept = ("0", "0.01", "0.1", "1", "100")
views = {name: mm.plots.plot_directions(points[name]) for name in swept}
mm.plots.with_slider(views, prefix="weight of the alignment: ")

# %% [markdown]
# The *A-distance* (AlignMamba reports one; that it is this one is *our interpretation*) measures how well a linear classifier separates sound from image: 2 perfectly, 0 not at all.

# %%
accuracy = {name: float(mm.analysis.coalition_scores(trace)["score"][-1]) for name, trace in traces.items()}
curves = mm.analysis.alignment(traces).isel(pair=0).sel(epoch=plan["epochs"])
last = curves[["ot", "mmd", "a_distance"]].to_dataframe().drop(columns=["epoch", "pair"], errors="ignore")
last["cosine"] = [float(found["within"].mean()) for found in points.values()]
last["accuracy"] = accuracy
print(last.round(3))
print(mm.course.fingerprint(seed=0, table=last.values))

# %%
ot, score = last["ot"], last["accuracy"]
without = [score["0"], score["0, seed 1"], score["0, seed 2"]]  # without alignment
mm.course.finding("a large weight lowers the transport cost (weight 100, relative to none)", ot["100"] / ot["0"], below=0.5,
    control={"another seed without alignment": ot["0, seed 1"] / ot["0"]}, form=".1%")  # fmt: skip
mm.course.finding("at weight 100 a linear classifier cannot separate sound from image (A-distance)", last["a_distance"]["100"],
    below=0.5, control={"weight 0": last["a_distance"]["0"]}, form=".2f")  # fmt: skip
loss = {weight: score[weight] - score["0"] for weight in ("1", "100")}
mm.course.finding("at weight 1 the accuracy falls", loss["1"], below=-0.05,
    control={"two seeds without alignment": min(without) - max(without)}, form="+.1%", stored="05 weight 1")  # fmt: skip
mm.course.finding("at weight 100 it falls further", loss["100"], below=-0.3,
    control={"weight 1": loss["1"]}, form="+.1%", stored="05 large weight")  # fmt: skip
mm.course.finding("at weight 100 the features of all samples have the same direction, whatever the digit: collapse (cosine)",
    last["cosine"]["100"], above=0.98, control={"weight 0": last["cosine"]["0"]}, form=".3f")  # fmt: skip

# %% [markdown]
# The alignment metrics look like a success: no classifier separates the modalities. But the features do not separate the digits either.
# The cosine cost allows it: a large constant added to every step gives all of them the same direction.
#
# **Does MMD prevent the collapse, as the word "dual" suggests?** Compare 100 with its two terms.

# %%
mm.course.finding(
    "with transport only the features collapse too (cosine)",
    last["cosine"]["100, OT only"],
    above=0.98,
    control={"MMD only": last["cosine"]["100, MMD only"]},
    form=".3f",
)
mm.course.finding(
    "with MMD only the accuracy is higher than with both",
    score["100, MMD only"] - score["100"],
    above=0.1,
    control={"transport only": score["100, OT only"] - score["100"]},
    form="+.1%",
    stored="05 MMD only",
)

# %% [markdown]
# MMD penalises that *one* modality collapses to a point. It is 0 if both collapse to the same point. Only the task loss penalises that, and at weight 100 the task loss is negligible.
#
# **Does it help to hold the anchor?** With the default the sound is trained by the task loss alone.

# %%
print(f"accuracy at weight 1: gradient to both {score['1']:.1%}, to the image only {score['1, default']:.1%}")
mm.course.finding(
    "at weight 1 the accuracy is higher without the gradient to the anchor",
    score["1, default"] - score["1"],
    above=0.05,
    control={"two seeds without alignment": max(without) - min(without)},
    form="+.1%",
    stored="05 anchor",
)

# %% [markdown]
# **Does a small weight help?** The weight 0.01 is our default. Beside it stand two more seeds without alignment:

# %%
print(
    f"accuracy without alignment, three seeds: {min(without):.1%} to {max(without):.1%}; with the defaults: {score['0.01, default']:.1%}"
)
mm.course.finding(
    "the default weight brings the modalities nearer (transport cost, relative to none)",
    ot["0.01, default"] / ot["0"],
    below=1,
    control={"another seed without alignment": ot["0, seed 1"] / ot["0"]},
    form=".1%",
)
mm.course.finding(
    "the default weight does not raise the accuracy by more than a point",
    score["0.01, default"] - score["0"],
    below=0.01,
    above=-0.05,
    control={"weight 1": score["1"] - score["0"]},
    form="+.1%",
    stored="05 small weight",
)

# %% [markdown]
# The default weight changes the transport cost by less than another seed does: at this weight the alignment is hardly visible at all. And there is no gain in accuracy. None was to be expected: these pairs share the digit and nothing else. No step of the sound corresponds to a row of the image. Section 2 was different: one event, two
# time axes. **Before aligning, check that there is a correspondence.**
#
# **Look inside** the collapsed model. Scroll to *Transport* and choose a sample: all costs are close to 0, so the plan has no meaning. Then move *Epoch* back to 0.

# %%
mm.widgets.Explorer(traces["100"])

# %% [markdown]
# ## What we learnt
#
# - The costs contain an unknown delay: estimate it with a control, not by a mean. The exact plan finds more partners where there is no delay, the relaxed plan where it is long, and in between it depends on the recording; the entropic plan is blurred, and its cost is never 0.
# - None of these distances depends on the order of the steps: a reversed sequence has the same distance.
# - A small distance is not a good alignment. With a large weight the features collapse; check the accuracy and the variance of the features as well. Stopping the gradient to the anchor
#   removes most of the harm; with the default weights no gain over a model without alignment was established (`docs/alignment.md`: three data sets, five seeds).
#
# ## Exercises
#
# ### Exercise 5.4 · a trivial minimum of the loss
#
# Construct a sequence, an array of the shape of `y`, whose *relaxed* cost to `y` is 0, while its exact transport cost is above 0.1.
#
# Stuck? `mm.course.hint("5.4")`, then `mm.course.hint("5.4", 2)` and `3`; the solution: `mm.course.solution("5.4")`.

# %%
answer = ...  # your work
mm.course.check("5.4", answer, y=y)

# %% [markdown]
# ### Exercise 5.5 · barycentric projection
#
# In section 3 we multiplied by T. That is correct where 1/T is received; a relaxed plan moves much mass to one step and none to another. Write a function of any plan (T, T') and a sequence `x` (T, features),
# both NumPy, that returns the sequence on the anchor's time axis (T', features): at each step the weighted *mean* of what is received, and zeros where no mass is received. Hints with `"5.5"`.

# %%
answer = ...  # your work
mm.course.check("5.5", answer)

# %% [markdown]
# ### Exercise 5.6 · MMD in three lines
#
# Write MMD² as a function of two sets of points (n, features), (m, features) and the kernel's width σ, in NumPy: the formula of section 3, also for sets of
# different size. Hints with `"5.6"`.

# %%
answer = ...  # your work
mm.course.check("5.6", answer)
