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
# Copy this file to `notebooks/NN_name.py` and run `make notebooks`. Three or more claims, each followed by a visible check. No logic: no `def`, no `class`,
# imports from `mmviz` only through public names. **The question: does a small model exceed a constant prediction?**

# %%
import numpy as np

import mmviz as mm

ds = mm.data.synthetic(n=120, modalities=2, steps=16, task="classification", seed=0)
assert ds.spec.names == ("m1", "m2")
print("check: two modalities")

# %%
model = mm.models.build("concat", ds.spec, width=8, seed=0)
run = mm.train.fit(model, ds, epochs=3, learning_rate=1e-2, select="last", progress=False, seed=0)
accuracy = (run.predict(ds["test"]).argmax(1) == ds["test"].target).mean()
constant = np.bincount(ds["test"].target).max() / len(ds["test"])
print(f"accuracy {accuracy:.0%}, constant prediction {constant:.0%}")
assert 0 <= accuracy <= 1
print("check: the accuracy is a share")

# %%
trace = mm.record(run, ds["test"], influence=False)
phi = mm.analysis.shapley(trace)
assert float(abs(phi["baseline"] + phi["phi"].sum("modality") - phi["full"]).max()) < 1e-12
print("check: Shapley values add up to v(all) - v(∅)")
mm.widgets.Explorer(trace)
