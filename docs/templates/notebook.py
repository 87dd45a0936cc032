# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A notebook to copy: one question, in the field's terms
#
# Copy this file to `notebooks/NN_name.py` and run `make notebooks`. Three or more claims, each with
# its kind: an *identity* holds to rounding, a *test* for this input, a *finding* is empirical and has a control. No logic: no `def`, no `class`,
# imports from `mmviz` only through public names. **The question: does a small model exceed a constant prediction?**

# %%
import numpy as np

import mmviz as mm

ds = mm.data.synthetic(n=120, modalities=2, steps=16, task="classification", seed=0)
mm.course.test("two modalities", ds.spec.names == ("m1", "m2"))

# %%
model = mm.models.build("concat", ds.spec, width=8, seed=0)
run = mm.train.fit(model, ds, epochs=3, learning_rate=1e-2, select="last", progress=False, seed=0)
accuracy = (run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
constant = np.bincount(ds["test"].target).max() / len(ds["test"])
mm.course.finding(
    "the accuracy exceeds a constant prediction",
    accuracy,
    above=constant,
    control={"constant prediction": constant},
    form=".0%",
)

# %%
trace = mm.record(run, ds["test"], influence=False)
phi = mm.analysis.shapley(trace)
mm.course.identity("Shapley values add up to v(all) - v(∅)", phi["baseline"] + phi["phi"].sum("modality"), phi["full"])
mm.widgets.Explorer(trace)
