"""The line of Python that draws, from the Trace, the figure that corresponds to a view of the Explorer."""

from __future__ import annotations

#: view -> line of Python; ``{sample}`` is the position among the recorded samples, ``{epoch}`` its number, ``{layer}`` the position of the layer,
#: ``{source}`` and ``{anchor}`` are quoted names of modalities. A view that is not listed has no figure of the same quantity.
VIEW_LINES: dict[str, str] = {
    "lanes": "mm.plots.plot_states(mm.analysis.states(trace), sample={sample}, epoch={epoch}, layer={layer})",
    "half-life": "mm.plots.plot_half_life(mm.analysis.states(trace), layer={layer})",
    "coupling": "mm.plots.plot_coupling(mm.analysis.states(trace), epoch={epoch})",
    "mean shapley": "mm.plots.plot_shapley(mm.analysis.shapley(trace))",
    "operator map": "mm.plots.plot_influence(mm.analysis.influence(trace), sample={sample}, layer={layer})",
    "end-to-end attribution": "mm.plots.plot_end_to_end(mm.analysis.end_to_end(trace), sample={sample})",
    "trajectory": "mm.plots.plot_trajectories(mm.analysis.trajectories(trace, layer={layer}), sample={sample})",
    "routing": "mm.plots.plot_routing(mm.analysis.routing(trace), sample={sample}, layer={layer}, epoch={epoch})",
    "transport": "mm.plots.plot_transport(mm.analysis.transport(trace, {source}, {anchor}), sample={sample})",
    "captured scans": "mm.plots.plot_scan_states(mm.analysis.scan_states(trace), sample={sample})",
    "training": "mm.plots.plot_training(mm.analysis.training(trace))",
}
