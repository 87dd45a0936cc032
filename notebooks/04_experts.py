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
# # Experts: who serves whom, and what is left of them at the end?
#
# One Mamba layer reads the steps of a sound and the rows of a picture, one after the other. AlignMamba-2 gives such a layer *experts*: some serve every modality,
# some one modality alone. **The question: what do experts of one's own change, and does a routing map show that a model has learnt to specialise?**
#
# You need `00_start_here` and matrix products. A minute to run and thirty to think; no GPU, no network.
#
# ## 1 · Experts by name
#
# AlignMamba-2 (arXiv 2603.18462) names "modality-specific and modality-shared experts"; its equations are not public. Our *reading* A: experts are linear, and take the place of Mamba's maps in
# and out. A token $x$ of modality m goes through
#
# $$x\,(W^\text{shared} + W^m),$$
#
# on both sides of a convolution and a scan that all tokens share. Nobody chooses: the token's modality decides. The *routing map* of such a model, after four epochs on spoken and written digits:

# %%
import copy
import dataclasses

import numpy as np
import torch

import mmviz as mm
from mmviz.plots.figure_spec import Axis, Heat, Panel, Picture, ticks_of
from mmviz.plots.plotly_backend import draw

ds = mm.data.load("av_digits")  # pairs of a spoken and a handwritten digit
test = ds["test"]
small = {"width": 16, "layers": 1, "steps": 14, "state": 4, "ot": 0, "mmd": 0}  # no alignment: that is notebook 05
plan = {"epochs": 4, "batch_size": 128, "learning_rate": 1e-2, "select": "last", "progress": False, "cache": "runs"}
model = mm.models.build("alignmamba2", ds.spec, **small, experts="both", seed=0)
run = mm.train.fit(model, ds, **plan, seed=0)
by_name = mm.record(run, test, influence=False)
mm.plots.plot_routing(mm.analysis.routing(by_name))

# %% [markdown]
# Is that division of labour worth anything? Three models, at three seeds each:
#
# | `experts=` | a sound is served by | |
# | --- | --- | --- |
# | `shared` | the shared expert | this is plain Mamba |
# | `specific` | its own | as in Mixture-of-Mamba (arXiv 2501.16295) |
# | `both` | both, added | reading A |
#
# More experts are more weights. So a fourth row is plain Mamba again, made wider until it has as many weights as `both`. *Predict: which is right most often?*

# %%
options = {name: {"experts": name} for name in ("shared", "specific", "both")}
options["shared, wider"] = {"experts": "shared", "width": 22}
runs = {("both", 0): run}
for name, seed in [(name, seed) for name in options for seed in range(3) if (name, seed) not in runs]:
    model = mm.models.build("alignmamba2", ds.spec, **(small | options[name]), seed=seed)
    runs[name, seed] = mm.train.fit(model, ds, **plan, seed=seed)

# %%
right, size = {}, {}
for name in options:
    answers = [runs[name, seed].predict(test).argmax(1) for seed in range(3)]
    right[name] = np.array([(answer == test.target).mean() for answer in answers])
    size[name] = sum(weight.numel() for weight in runs[name, 0].model.parameters())
    print(f"{name:14} {size[name]:5} weights, accuracy {right[name].mean():.1%}  (seeds: {right[name].round(3)})")
assert min(right["specific"].mean(), right["both"].mean()) > right["shared"].mean() + 0.01
print("check: with experts of its own the model is right more often")
assert size["both"] < 1.1 * size["shared, wider"] < 1.2 * size["both"]
assert abs(right["shared, wider"].mean() - right["both"].mean()) < 0.03
print("check: so it is without them, if plain Mamba gets as many weights")

# %% [markdown]
# **Without the fourth row one would have told another story.** Experts help here because they are weights, not because they are one's own. (A small model, a short training, two modalities that have
# encoders of their own already: it may be otherwise elsewhere. The comparison is what to take along.)
#
# And the shared expert, in `both` but not in `specific`: what can a model express with it that it cannot without?
#
# ## 2 · Merge them away
#
# Both matrices are linear, so their sum is one matrix. `merged()` stores it: one map per modality, and the experts are gone.

# %%
merged = run.model.merged()
difference = abs(dataclasses.replace(run, model=merged).predict(test) - run.predict(test)).max()
weights = {
    name: sum(part.numel() for part in each.layers.parameters())
    for name, each in {"both": run.model, "both, merged": merged, "specific": runs["specific", 0].model}.items()
}
print("weights of the layer:", ", ".join(f"{name} {count}" for name, count in weights.items()))
assert difference < 1e-5
assert weights["both, merged"] == weights["specific"] < weights["both"]
print(f"check: merged, the answers differ by {difference:.0e}, with as many weights as `specific` has")

# %% [markdown]
# So at inference the shared expert costs nothing, because it is not there: as many multiplications as before, and the addition of the matrices is gone. **And it can express nothing that `specific` cannot**: every model with `both` *is* a model with `specific`. Build one with
# the merged matrices and ask it:

# %%
twin = mm.models.build("alignmamba2", ds.spec, **small, experts="specific")
kept = {name: value for name, value in run.model.state_dict().items() if ".shared" not in name}
for side in ("into", "out"):
    kept[f"layers.0.mixer.{side}.specific"] = getattr(merged.layers[0].mixer, side).merged[:, None]
twin.load_state_dict(kept)
assert abs(dataclasses.replace(run, model=twin).predict(test) - run.predict(test)).max() < 1e-5
print("check: a model without a shared expert gives the same answers")

# %% [markdown]
# What the shared expert does change is where training *starts*, and which way it goes: the two maps have a part in common, and both modalities move it. Compare the maps of sound and
# picture, as one long vector each. *Predict their cosine before training, for `shared`, `both` and `specific`.*

# %%
alike = {}
for experts in ("shared", "both", "specific"):
    for epoch in (0, plan["epochs"]):
        with runs[experts, 0].at_epoch(epoch) as model, torch.no_grad():
            sound, picture = model.layers[0].mixer.into.matrix().flatten(1)
            alike[experts, epoch] = float(torch.cosine_similarity(sound, picture, dim=0))
for experts in ("shared", "both", "specific"):
    print(f"{experts:9} cosine {alike[experts, 0]:+.2f} before training, {alike[experts, plan['epochs']]:+.2f} after")
assert alike["shared", 0] > 0.999
assert abs(alike["both", 0] - 0.5) < 0.1
assert abs(alike["specific", 0]) < 0.1
print("check: 1, a half, and 0: half of each map is common where there are both")

# %% [markdown]
# And plain Mamba is in there too. Set the specific experts to zero and what is left is `experts="shared"`:

# %%
plain = mm.models.build("alignmamba2", ds.spec, **small, experts="shared")
plain.load_state_dict({name: v for name, v in run.model.state_dict().items() if ".specific" not in name})
silenced = copy.deepcopy(run.model)
for maps in (silenced.layers[0].mixer.into, silenced.layers[0].mixer.out):
    maps.specific.data.zero_()
a, b = (dataclasses.replace(run, model=each).predict(test) for each in (plain, silenced))
assert abs(a - b).max() < 1e-5
print("check: without specific experts the layer is the one that serves all alike")

# %% [markdown]
# ## 3 · Take one away
#
# The maps are separate; do the modalities need *theirs*? Remove an expert from the trained model, or hand the sound to the picture's expert and the picture to the sound's. Nothing is trained again.
# *Predict: which of these changes hurts most?*

# %%
first, second = torch.tensor([1.0, 0.0]).view(2, 1, 1, 1), torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
changes = {
    "nothing changed": ("shared", lambda weight: weight),
    "without shared": ("shared", lambda weight: 0 * weight),
    "without sound's": ("specific", lambda weight: second * weight),
    "without picture's": ("specific", lambda weight: first * weight),
    "exchanged": ("specific", lambda weight: weight.flip(0)),
}
hurt = {}
for name, (part, change) in changes.items():
    changed = copy.deepcopy(run.model)
    for maps in (changed.layers[0].mixer.into, changed.layers[0].mixer.out):
        getattr(maps, part).data = change(getattr(maps, part).data)
    hurt[name] = mm.recording.subset_scores(dataclasses.replace(run, model=changed), test, resamples=1)["score"].values

# %%
heat = Heat(np.stack(list(hurt.values())), np.arange(3.0), np.arange(5.0), 0, 1, "accuracy", numbers=".2f")
heard = Axis(ticks=ticks_of(("sound alone", "picture alone", "both")))
panel = Panel((heat,), heard, Axis(ticks=ticks_of(hurt), reverse=True))
draw(
    Picture(
        "Accuracy of the changed model", ("experts: both, seed 0; test split",), (panel,), heights=(210,), width=620
    )
)

# %%
SOUND, PICTURE, BOTH = range(3)
assert hurt["exchanged"][BOTH] < hurt["nothing changed"][BOTH] - 0.1
assert all(hurt[name][BOTH] < hurt["nothing changed"][BOTH] for name in changes if name != "nothing changed")
worst = min(hurt, key=lambda name: hurt[name][BOTH])
print(f"check: every change costs accuracy; the worst is {worst!r}: permuting the modalities' names changes the answer")
lost = hurt["nothing changed"] - hurt["exchanged"]
assert lost[BOTH] > 2 * max(lost[SOUND], lost[PICTURE])
print("check: alone, each modality loses much less by the exchange than both together do")

# %% [markdown]
# So an expert is not mainly what a modality needs to be understood. What breaks is how the two fit together: the shared scan, and the mean of what they say, were trained for these maps.
#
# ## 4 · Experts by choice
#
# Many mixtures of experts have a *router* instead, which lets each token choose. Ours is Switch Transformer's (arXiv 2101.03961): a linear map and a softmax over the experts that are open to a token, the
# shared one and its own; it takes the most probable (or the k most probable) and weighs it with its probability. AlignMamba-2's own router, if it has one, is not public.
#
# Now a *routing map* says something, or so it seems: one likes to read it as "this expert has specialised in that modality". A number for it is the mutual information of expert and modality: 0 bit if
# both modalities use all experts alike, 1 bit if the expert gives the modality away. *Predict: how many bits before training, after training, and for routing by name?*

# %%
chosen = {}
for seed in range(3):
    model = mm.models.build("alignmamba2", ds.spec, **small, router="learned", balance=0.0, seed=seed)
    runs["learned", seed] = mm.train.fit(model, ds, **plan, seed=seed)
    chosen[seed] = mm.record(runs["learned", seed], test, influence=False, traced=40)
routing = {seed: mm.analysis.routing(trace) for seed, trace in chosen.items()}
views = {}
for seed, found in routing.items():
    for epoch, when in ((0, "before"), (plan["epochs"], "after")):
        views[f"seed {seed}, {when}"] = mm.plots.plot_expert_usage(found, epoch=epoch).update_xaxes(range=[0, 1.02])
mm.plots.with_slider(views, says="router of ")

# %%
bits = np.array([found["modality_information"].sel(epoch=[0, plan["epochs"]])[:, 0] for found in routing.values()])
learned = [float((runs["learned", seed].predict(test).argmax(1) == test.target).mean()) for seed in range(3)]
for seed in range(3):
    print(
        f"seed {seed}: {bits[seed, 0]:.2f} bit before, {bits[seed, 1]:.2f} bit after training; accuracy {learned[seed]:.1%}"
    )
print(mm.course.seal(seed=0, accuracy=list(right.values()), learned=learned, bits=bits))
assert bits[:, 0].max() > 0.7
print("check: a router that has learnt nothing may look like a specialist")
assert np.ptp(bits[:, 1]) > 0.15 > 0.1 > np.ptp(learned)
print("check: after training the seeds disagree about who specialises, and agree about the accuracy")

# %% [markdown]
# Why before training? Sound and picture have encoders and router weights of their own, drawn at random: they choose differently from the start, and nobody has learnt anything. **So a routing map alone is no sign of
# specialisation.** Compare it with epoch 0 and with another seed, and see what happens if an expert is taken away.
#
# Routing by name is no evidence either. Its bits are fixed by construction:

# %%
for experts, expected in (("shared", 0), ("both", 0.5), ("specific", 1)):
    named = mm.record(runs[experts, 0], test, influence=False, epochs=[plan["epochs"]])
    found = float(mm.analysis.routing(named)["modality_information"].max())
    assert abs(found - expected) < 1e-6
print("check: by name it is 0, 1/2 and 1 bit for shared, both and specific, whatever the model has learnt")

# %% [markdown]
# **Load balance.** A router may use one expert and starve the others. Switch Transformer adds a penalty, $N \sum_i f_i P_i$ over the N experts open to a token: $f_i$ is the share of the tokens that
# chose i, $P_i$ its mean probability. It is 1 when all are used alike. Above its weight was 0; now it is 1 (our default is 0.01):

# %%
favourite, balanced = {}, {}
for seed in range(3):
    model = mm.models.build("alignmamba2", ds.spec, **small, router="learned", balance=1.0, seed=seed)
    after = mm.train.fit(model, ds, **plan, seed=seed)
    balanced[seed] = mm.record(after, test, influence=False, epochs=[plan["epochs"]], traced=40)
for weight, traces in (("0", chosen), ("1", balanced)):
    gates = [mm.analysis.routing(trace)["weight"].isel(epoch=-1, layer=0) for trace in traces.values()]
    shares = [(gate > 0).where(gate.notnull()).mean(("traced", "time")) for gate in gates]  # (modality, expert)
    favourite[weight] = float(np.mean([share.max("expert") for share in shares]))
    print(f"weight {weight}: a modality's favourite expert gets {favourite[weight]:.0%} of its tokens, on the mean")
assert 0.5 <= favourite["1"] < favourite["0"]
print("check: the penalty makes the use more even; 50% is even, with two experts open to each token")

# %% [markdown]
# **Look inside.** Scroll to *Experts in layer 1* and move *Epoch*: which step chose whom, for one pair of sound and picture?

# %%
mm.widgets.Explorer(chosen[0])

# %% [markdown]
# ## What we learnt
#
# - Linear experts by name are one matrix per modality. At inference they cost nothing, and a shared one adds nothing that the others could not express.
# - More experts are more weights: compare with a plain layer of the same size before crediting the idea.
# - A routing map is no proof of learning. Look at epoch 0, at another seed, and at what happens without the expert.
#
# ## Exercises
#
# ### Exercise 4.1 · bits by construction
#
# With *three* modalities and `experts="both"`, every token is served by the shared expert and by its modality's own, with equal weight. How many bits do expert and modality share? (Draw a modality evenly,
# then one of the two experts that serve it.)
#
# Stuck? `mm.course.hint("4.1")`, then `mm.course.hint("4.1", 2)` and `3`; the solution: `mm.course.solution("4.1")`.

# %%
answer = ...  # your work
mm.course.check("4.1", answer)

# %% [markdown]
# ### Exercise 4.2 · merge by hand
#
# Write a function of two NumPy arrays, `shared` (how many, inputs, outputs) and `specific` (modality, how many, inputs, outputs), that returns the one matrix of each modality: (modality, inputs,
# outputs). There may be several experts of each kind. Hints with `"4.2"`.

# %%
answer = ...  # your work
mm.course.check("4.2", answer)

# %% [markdown]
# ### Exercise 4.3 · how uneven is the router?
#
# Write the penalty as a function of `p` (token, expert), the router's probabilities, and k, the number of experts that each token takes: $N \sum_i f_i P_i$, with $f_i$ the share of *all choices* that fell on
# expert i. Hints with `"4.3"`.

# %%
answer = ...  # your work
mm.course.check("4.3", answer)
