"""The Explorer in Notebook 7, Voilà and marimo, each a real server and a real browser; JupyterLab has test_explorer_in_jupyterlab.py.

docs/front_ends.md states what was tested how.
"""

import importlib.util
import os

import pytest
from front_end_notebooks import check_explorer, write_jupyter, write_marimo
from lab_harness import open_notebook, run_all, start_lab, start_server

pytestmark = pytest.mark.timeout(240)
WIDE = {"width": 1500, "height": 1500}


def require(package, extra):
    """Skip with the reason if a front end is not installed; where CI is set, fail."""
    if importlib.util.find_spec(package) is None:
        reason = f"{package} is not installed: pip install 'mmviz[{extra}]'"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


def test_in_notebook_7_keys_reach_the_explorer_and_page_and_python_follow_each_other(open_page, tmp_path):
    require("notebook", "dev")
    (tmp_path / "work").mkdir()
    write_jupyter(tmp_path / "work" / "study.ipynb")
    with start_lab(tmp_path / "work", state=tmp_path, application="notebook") as address:
        page = open_page(viewport=WIDE)
        open_notebook(page, address, "study.ipynb", application="notebook")
        run_all(page)
        check_explorer(page)
        cells = page.locator(".jp-Notebook .jp-Cell").count()
        page.get_by_role("slider", name="Epoch").first.press("b")  # would insert a cell if it reached the notebook
        page.wait_for_timeout(300)
        assert page.locator(".jp-Notebook .jp-Cell").count() == cells
        assert page.external == []


def test_in_voila_a_plain_notebook_shows_the_explorer_with_what_if_edits(open_page, tmp_path):
    require("voila", "app")
    write_jupyter(tmp_path / "study.ipynb")
    words = ["voila", "study.ipynb", "--no-browser", "--Voila.ip=127.0.0.1"]
    with start_server(words, state=tmp_path, ready="/voila/static/voila.js") as address:
        page = open_page(viewport=WIDE)
        page.goto(address, timeout=90_000)
        check_explorer(page)
        # the style sheets of Voilà's own template, which the Explorer does not need
        assert [url for url in page.external if not url.endswith(".css")] == []


@pytest.mark.parametrize("mode", ["edit", "run"])
def test_in_marimo_page_and_python_follow_each_other(open_page, tmp_path, mode):
    require("marimo", "dev")
    write_marimo(tmp_path / "study.py")
    (tmp_path / "marimo").mkdir()
    theme = {"edit": "dark", "run": "light"}[mode]
    settings = f'[runtime]\nauto_instantiate = true\n[display]\ntheme = "{theme}"\n'  # the editor runs all cells
    (tmp_path / "marimo" / "marimo.toml").write_text(settings)
    own = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    quiet = ("--skip-update-check",) if mode == "edit" else ()
    words = ["marimo", "-q", mode, "study.py", "--headless", "--no-token", *quiet, "--host=127.0.0.1"]
    with start_server(words, state=tmp_path, ready="/health", environment=own) as address:
        page = open_page(viewport=WIDE, color_scheme={"dark": "light", "light": "dark"}[theme])
        page.goto(address)
        page.locator(".received").wait_for(timeout=120_000)
        check_explorer(page)
        assert page.locator(".mmv").first.evaluate("(view) => getComputedStyle(view).colorScheme") == theme
        assert page.external == []
        assert page.faults == []
