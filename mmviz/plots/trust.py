"""What each figure and view can and cannot show: one row per question, from which the page docs/trust.md and the tooltips are built."""

from __future__ import annotations

from typing import NamedTuple

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest

#: page with the measured values of every row; the anchor of a row is its id
PAGE = "docs/trust.md"


class Row(NamedTuple):
    """One row of the page.

    Attributes
    ----------
    question
        The question that the figures and views of the row are about.
    can, cannot
        What they show, and what they do not show.
    figures
        Names of the plot functions.
    views
        Names of the views of the Explorer.
    """

    question: str
    can: str
    cannot: str
    figures: tuple[str, ...] = ()
    views: tuple[str, ...] = ()


#: id -> row, in the order of the page
ROWS: dict[str, Row] = {
    "prediction": Row(
        "What does the model predict, and for every prefix of the sequence?",
        "The exact output of the model for the recorded sample, its prefixes and every subset of the modalities.",
        "Whether a probability is calibrated. A prefix is an input that the model may not have met in training.",
        views=("prediction", "lanes", "samples"),
    ),
    "overview": Row(
        "For which classes and subsets of the modalities are the predictions wrong?",
        "Accuracy or mean absolute error of every class or range of targets with every subset, with intervals; counts of true and predicted classes; values of "
        "single samples. Tables count all samples of the split; lists and dots are a stratified subset where there are many.",
        "Why a prediction is wrong. The class with the lowest value is chosen after the fact, and no interval is corrected for the number of cells. A masked "
        "modality is imputed; subsets that training did not contain are out of distribution. Dots show this run, not other seeds.",
        views=("overview", "confusion matrix", "sample scatter"),
    ),
    "end-to-end": Row(
        "Which modality and step moved this prediction, and in which direction?",
        "The signed share of every (modality, step) in the logit or value. The shares and the bias sum to the output; the remaining error is stored.",
        "What the gates would have done with another input: they are held at their values for this sample. A share is no cause; an intervention is. It is "
        "relative to an encoder output of zero: a modality of pure noise whose mean encoded step is not zero has a share, for Coupled Mamba a larger one than "
        "the change when it is removed; baseline='mean' is relative to the mean step and gives it less.",
        figures=("plot_end_to_end",),
        views=("end-to-end attribution",),
    ),
    "integrated-gradients": Row(
        "Which modality and step moved this prediction of a model whose gates are not known, and in which direction?",
        "Integrated gradients: the signed share of every (modality, step) along the straight line from the baseline to the sample. The baseline is the "
        "imputed input of a user's module, and an encoder output of zero of a fusion of this package. The shares and the bias, the output at the "
        "baseline, sum to the output; the remaining completeness gap is stored.",
        "The shares for another baseline or another path. The inputs in between are mixtures that the model has not met in training. A share is no "
        "cause; an intervention is. There are no shares for prefixes, and none in the inner streams of the model.",
    ),
    "prefix": Row(
        "Which modality and step moved the prediction after each step?",
        "The same signed shares for the prediction from the steps 0..t, exact for causal models.",
        "The same as end-to-end; and a prefix is an input that the model may not have met in training.",
        figures=("plot_end_to_end_prefixes",),
    ),
    "streams": Row(
        "Which source (modality, step) changes which stream at which step?",
        "The size of the contribution of each source to the pooled features of each modality and step, through all layers.",
        "The direction of the change in the prediction. After mixing, a stream is no longer its modality alone. Through two and more layers, "
        "mm.record(attribution='half') gives a map that agrees better with real cuts; its shares in the prediction give more to modalities of pure noise.",
        figures=("plot_end_to_end_streams",),
    ),
    "operator-map": Row(
        "What does the scan of one layer propagate, and over which lags?",
        "The exact kernel of the scan of layer l with its gates held fixed, between SSM streams.",
        "From which modality information comes above layer 1, where streams are mixed; the paths through convolution, gate and skip; the prediction. "
        "A delay in the data is not the lag of its largest value.",
        figures=("plot_influence", "plot_influence_lag"),
        views=("operator map",),
    ),
    "shapley": Row(
        "How much does each modality contribute to the model's output?",
        "The exact Shapley value of the model as it is, with the stated imputation of missing modalities; the mean over samples has an interval.",
        "Whether a modality helps: compare with models trained without it. Subsets that the training did not contain are out of distribution, so "
        "the value of a single sample can be large for a modality of pure noise. Where training does not contain the empty subset (modality dropout "
        "contains it with empty > 0), v(∅) can be far from the base rate of the data, and all values contain that difference.",
        figures=("plot_shapley", "plot_shapley_epochs"),
        views=("shapley", "mean shapley", "shapley distribution"),
    ),
    "interactions": Row(
        "Do modalities add information to each other, or repeat it?",
        "Exact interaction indices and Möbius coefficients of the model's predictions for all subsets.",
        "Synergy in the data: the model may not have learnt it. Subsets outside the training are out of distribution.",
        figures=("plot_interactions", "plot_waterfall"),
    ),
    "partial-information": Row(
        "What do the modalities tell about the label: the same, each alone, only together?",
        "The decomposition of the information in the model's predictions from one modality and from all others, in bit, with a bound of the solver, an "
        "interval, and the values that permuted targets give, where the truth is 0.",
        "What the data hold beyond these predictions: a model that does not read a modality alone shows none of its information. With few samples for "
        "each cell the values are mostly bias, the synergy most of all, and the analysis is refused.",
        figures=("plot_partial_information",),
    ),
    "measures": Row(
        "How do the measures of imbalance and interaction compare on one model?",
        "Each measure of the field with its interval and its meaning, apart by what it is about: the data (partial information of the predictions), the model (EMAP, "
        "perceptual score, SHAPE, InterSHAP, MM-SHAP, conditional utilisation, gap g_m) or its geometry (modality gap).",
        "Which of two measures of different objects is right: a model can ignore what the data hold. Accuracies multiply, so that the cooperation of "
        "two independent bits is 0.25; a share hides cancellation; a gap is no fault. No interval is corrected for the number of rows.",
        figures=("plot_measures",),
    ),
    "ablation": Row(
        "What is the score for every subset of the modalities?",
        "The score of this model with modalities masked, with an interval over samples.",
        "The score of a model trained on that subset alone; it is often higher.",
        figures=("plot_subsets",),
        views=("modality ablation",),
    ),
    "retraining": Row(
        "Does the model use each modality as well as a model trained on it alone, and does fusion harm?",
        "Test scores of a model trained on every subset under one budget, beside the full model's score of that subset; the gap of each modality, "
        "harm, and linear probes of its features, with intervals over seeds and samples.",
        "Another budget: equal updates are not equal convergence. A linear probe bounds from below what a head can read from the features.",
        figures=("plot_retraining", "plot_probes"),
        views=("value by retraining",),
    ),
    "imbalance": Row(
        "How unequal are the contributions of the modalities?",
        "E1 to E3 (our interpretations) describe how unequal the shares or unimodal scores are, over training.",
        "Whether a model is good or bad: a smaller value is no better model. All three are 0 where the contributions or scores are equal, so also for "
        "two modalities of which each alone predicts nothing. Read the gap of each modality and v(S) first.",
        figures=("plot_imbalance",),
    ),
    "missing": Row(
        "How does the score fall when modalities or frames are missing?",
        "The score at each rate, with an interval over seeds.",
        "Other patterns of missing data than the simulated one.",
        figures=("plot_missing",),
    ),
    "seeds": Row(
        "Do trainings with other seeds lead to the same explanation?",
        "Shapley values of every seed, the share of seeds with the sign of the mean, and the rank correlation of their maps.",
        "Whether the explanation is right: all seeds can share an error. With few seeds the interval over seeds is wide.",
        views=("agreement over seeds",),
    ),
    "input": Row(
        "What did the model receive?",
        "The frames of the data set as an image, a sound or words, and during an edit the recorded ones beside them: no value is changed, only drawn in "
        "another form. The colour of a word is its share of the attribution of the modality.",
        "A form that the data do not state, see display and tokens of mmviz.data.from_arrays. A step of several words has one share, which is divided by time: "
        "it does not tell these words apart. Where a step of the model is an average of frames, the model received the average.",
        views=("input",),
    ),
    "states": Row(
        "How large are the hidden states, per channel and step?",
        "Exact magnitudes of the states for the recorded sample.",
        "What a state means, or whether the prediction depends on it.",
        figures=("plot_states",),
    ),
    "trajectories": Row(
        "How do the hidden states move?",
        "Positions along two principal components, with the share of variance that they show.",
        "Distances in the components that are not drawn. Nearness is not equality of state.",
        figures=("plot_trajectories",),
        views=("trajectory",),
    ),
    "half-life": Row(
        "How long does a state keep its content?",
        "The decay of each state by its own gate, for the recorded sample.",
        "How long the model uses the content; coupling, mixing and later layers prolong it.",
        figures=("plot_half_life",),
        views=("half-life",),
    ),
    "coupling": Row(
        "Which SSM stream receives from which?",
        "The weights W of each layer.",
        "The influence on the prediction: a large weight on a small or unused state changes nothing.",
        figures=("plot_coupling",),
        views=("coupling",),
    ),
    "routing": Row(
        "Which expert serves which token?",
        "The exact weights of the router for the recorded samples, utilisation, and mutual information.",
        "What an expert has learnt.",
        figures=("plot_routing", "plot_expert_usage"),
        views=("routing",),
    ),
    "captured-scans": Row(
        "What are the hidden states of the scans inside a user's module?",
        "Exact states, half-lives and influence of each captured scan, from the tensors that the module passed to it. The replay error states how "
        "exactly they reproduce the output of the user's function.",
        "Parts of the module outside its scans: gates, convolutions, attention, the head. The influence of a scan is no attribution of the prediction. "
        "A scan belongs to a modality only where its input depends on that modality alone.",
        figures=("plot_scan_states", "plot_scan_influence"),
        views=("captured scans",),
    ),
    "transport": Row(
        "How does optimal transport pair the steps of two modalities?",
        "The exact plan and cost between the encoded steps; a constant lag of the sequences, where one stands out from permuted controls.",
        "A lag where none stands out; a lag that changes within the sequence; a single event that could coincide by chance.",
        figures=("plot_transport", "plot_plan"),
        views=("transport",),
    ),
    "alignment": Row(
        "How far apart are the encoded modalities?",
        "Distances of distributions, over training, and directions of the mean encodings.",
        "Whether a smaller distance helps the prediction.",
        figures=("plot_alignment", "plot_directions"),
    ),
    "training": Row(
        "How did the training go?",
        "Losses, scores and contributions of one run, as logged.",
        "What another seed would give.",
        figures=("plot_training",),
        views=("training",),
    ),
    "ablation-study": Row(
        "Which part of a model matters for the score?",
        "Scores of variants over seeds, with differences paired by seed.",
        "Other data sets; with few seeds small differences remain open.",
        figures=("plot_ablation",),
    ),
    "benchmark": Row(
        "Which method against modality imbalance improves the model?",
        "The difference of each method to joint training with the same samples and the same number of steps or passes, paired by seed, with intervals: in the score, and "
        "with the weak modality alone.",
        "What a tuned method or a tuned joint training would give, other data or pretrained encoders. With many methods some interval lies beside 0 by chance: the corrected "
        "p are in the table.",
        figures=("plot_benchmark",),
    ),
    "efficiency": Row(
        "How do time and memory grow with the length?",
        "Measurements on one machine, with their spread.",
        "Another machine, or other sizes.",
        figures=("plot_efficiency", "plot_growth"),
    ),
    "what-if": Row(
        "What would the model predict for an edited sample?",
        "The exact prediction and all its analyses for the edited input.",
        "Whether the edited input is realistic.",
    ),
    "faithfulness": Row(
        "Does an explanation name the steps that the prediction depends on?",
        "How the output changes when the steps with the largest values are removed or kept, beside random and recent steps.",
        "Whether the model is right. Removed steps are inputs that the model may not have met in training.",
        figures=("plot_faithfulness",),
    ),
}  # fmt: skip


def row_of(name: str) -> str:
    """Return the id of the row of a figure or view.

    Parameters
    ----------
    name
        Name of a plot function, such as ``plot_shapley``, of a view of the Explorer, such as ``mean shapley``, or an id.

    Raises
    ------
    ConfigError
        If no row names it.
    """
    for key, row in ROWS.items():
        if name in (key, *row.figures, *row.views):
            return key
    known = [n for row in ROWS.values() for n in (*row.figures, *row.views)]
    raise ConfigError(
        f"trust: no row for {name!r:.80}{nearest(name, known)}; add it to mmviz/plots/trust.py, or use one of {', '.join(known)}"
    )
