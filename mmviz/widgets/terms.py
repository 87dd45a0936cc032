"""Definitions of the terms of the page, the steps of its tour and its keyboard shortcuts: the only place of these texts."""

from __future__ import annotations

#: term as it stands in the page -> its definition
DEFINITIONS: dict[str, str] = {
    "hidden state": "The vector h that an SSM stream carries from step to step. The maps show ‖h‖₂, its magnitude for each channel over all states.",
    "Coupling weights W": "Weights with which the hidden state of each SSM stream is computed from the previous hidden states of all streams. Row: target, "
    "column: source.",
    "Shapley value φ": "Modality attribution: the mean change of v(S) when the modality is added, over all orders of adding the modalities. The values sum to "
    "v(all) − v(∅).",
    "Mean Shapley value": "The Shapley value of each modality, averaged over samples.",
    "v(S)": "Output of the model when only the modalities in the subset S are available: the probability of the true class, or the predicted value. "
    "v(∅): baseline without any modality; v(all): full model.",
    "Modality ablation": "Predictions with modalities masked: v(S) for the subsets S of the modalities.",
    "State half-life": "Number of steps after which half of a hidden state is left, if no further input arrives: ln 2 divided by the decay rate at a step.",
    "Operator map": "Linear map of the scan from its input at step s to its output at step t, with the gates of this sample held fixed. It is causal: zero for "
    "s later than t.",
    "end-to-end attribution": "Signed share of every modality and step in one output of the model. The shares and the bias sum to the output up to the stated error.",
    "Experts": "Feed-forward networks of a mixture-of-experts layer. A router selects the experts of each token, or the modality fixes them.",
    "Transport": "Plan of optimal transport: how much mass of each source frame is matched to each anchor frame, at the least total cost.",
    "State trajectories": "Hidden states over time, projected onto the two directions of largest variance.",
    "Value by retraining": "Score of a model that was trained on a subset of the modalities alone, beside that of the full model with the other modalities masked.",
    "prefix": "The first steps of a sequence. The prediction at a step uses only the frames up to it.",
    "masked": "Removed from the model's input by us; absent: not recorded.",
}

#: CSS selector of what a step is about, and its text; steps without their element are left out
TOUR: tuple[tuple[str, str], ...] = (
    (
        ".mmv-controls",
        "Select a sample, and an epoch of the training. Every view follows; the address keeps the selection.",
    ),
    (
        ".mmv-strip-run",
        "Prediction, target and the Shapley value φ of each modality at the time cursor. This strip stays in sight.",
    ),
    (
        ".mmv-tabs",
        "Sections: the model over all samples, one sample, its explanation, and the training. Arrow keys move between them.",
    ),
    (
        ".mmv-stage",
        "Input signals and hidden states on one time axis. Drag to move the time cursor; hold Shift to select a time range.",
    ),
    (
        ".mmv-what-if",
        "What-if edits: mask, delay or disturb a modality, and compare the prediction with the recorded one.",
    ),
    (".mmv-tools", "Help with definitions and keyboard shortcuts, and full screen."),
)

#: keys -> what they do
SHORTCUTS: tuple[tuple[str, str], ...] = (
    ("← →", "move the slider that has the focus by one step; with Shift by ten"),
    ("Home, End", "first or last step of the slider that has the focus"),
    ("[ and ]", "start or end the time range at the cursor, in the lanes"),
    ("Escape", "clear the time range, or close this help"),
    ("Tab, then ← →", "move between the sections when a tab has the focus"),
    ("?", "open this help"),
)


def page_texts() -> dict[str, object]:
    """Return the texts as JSON values, as the script of the page takes them."""
    return {
        "definitions": DEFINITIONS,
        "tour": [list(step) for step in TOUR],
        "shortcuts": [list(row) for row in SHORTCUTS],
    }
