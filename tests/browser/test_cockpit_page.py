"""The charts of the Cockpit in a browser: they follow the events of a training, and show interventions and errors."""

import sys
from pathlib import Path

import pytest
from widget_host import open_host

sys.path.insert(0, str(Path(__file__).parents[1] / "widgets"))
from live_trainings import FakeTraining

import mmviz as mm

pytestmark = pytest.mark.timeout(90)


def test_the_charts_follow_a_training_that_is_changed_and_fails(open_page):
    training = FakeTraining(("audio", "<b>video</b>"))
    cockpit = mm.widgets.Cockpit(training, retrained={"audio": 0.7})
    page = open_page(viewport={"width": 1366, "height": 768})
    with open_host(page, cockpit.charts, sandbox="allow-scripts allow-same-origin") as host:
        host.wait_text("[role=status]", "^ready")
        assert host.frame.get_by_text("The curves begin after epoch 0").is_visible()
        cockpit.start()
        for _ in range(4):
            training.epoch()
        host.wait_text("[data-chart=loss] .mmv-curve-values", "validation loss 0.563")
        assert not host.frame.get_by_text("The curves begin after epoch 0").is_visible()
        line = host.frame.locator("[data-chart=loss] path.mmv-line").first
        before = line.get_attribute("d")
        assert before.count("L") == 3
        training.record(3, 5, "strategy", "joint", "mla")
        training.epoch(**{"loss/audio": 0.5, "loss/<b>video</b>": 0.6})
        host.wait_text("[data-chart=loss] .mmv-curve-values", "validation loss 0.451")
        assert line.get_attribute("d").count("L") == 4
        marks = host.frame.locator("[data-chart=loss] .mmv-change-mark")
        assert marks.count() == 1
        assert marks.first.get_attribute("title") == "epoch 3, step 5: strategy joint → mla"
        assert marks.first.evaluate("(node) => parseFloat(node.style.left)") == pytest.approx(50.0)  # 2.5 of 5 epochs
        assert host.frame.locator(".mmv-changes tbody tr").all_text_contents() == ["35strategyjointmla"]
        assert host.frame.locator("b").count() == 0
        assert "<b>video</b>" in host.frame.locator("[data-chart='Shapley value, held-out']").text_content()
        # a chart that the new strategy adds, in its place
        charts = host.frame.locator("[data-chart]").evaluate_all("(nodes) => nodes.map((node) => node.dataset.chart)")
        assert charts[:3] == ["loss", "validation score", "Shapley value, held-out"]
        assert len(charts) == len(set(charts))
        host.frame.locator("[data-chart=loss] .mmv-plot").hover()
        host.frame.wait_for_selector(".mmv-card:not([hidden])")
        training.error = ValueError("the loss is <not> finite")
        training.set_status("failed")
        host.wait_text("[role=alert]", "^ValueError: the loss is <not> finite$")
        host.wait_text("[role=status]", "^failed")
        assert page.faults == []
    cockpit.close()
