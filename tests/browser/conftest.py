"""A browser for the whole session, a closed-in page for each test, and the frames of tests/widgets."""

import importlib.util
import os
import sys
from functools import partial
from pathlib import Path

import pytest

HERE = Path(__file__).parent
# playwright and this machine's browser are loaded only when a browser test runs
sys.path.insert(0, str(HERE))


def pytest_collection_modifyitems(items):
    """Mark the tests of this folder with ``browser``."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker("browser")


def _load(name):
    spec = importlib.util.spec_from_file_location(name, HERE.parent / "widgets" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _refuse(reason):
    """Skip with the reason; where CI is set, fail."""
    pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)


@pytest.fixture(scope="session")
def make_frame():
    """Return the function that makes a small frame of the Explorer."""
    return _load("explorer_frames").make_frame


@pytest.fixture(scope="session")
def hostile_text():
    """Return the module of texts that would be markup or script."""
    return _load("hostile_text")


@pytest.fixture(scope="session")
def chromium(tmp_path_factory):
    """Return the browser of the tests: Chromium, or with MMVIZ_BROWSER=firefox Firefox."""
    if importlib.util.find_spec("playwright") is None:
        _refuse("playwright is not installed: pip install playwright")
    from chromium import find_chromium, open_chromium
    from firefox import find_firefox, open_firefox

    if os.environ.get("MMVIZ_BROWSER") == "firefox":
        found = find_firefox()
        if found is None:
            _refuse("no Firefox on this machine: put one on PATH or name it in MMVIZ_FIREFOX")
        with open_firefox(found, tmp_path_factory.mktemp("firefox")) as browser:
            yield browser
        return
    found = find_chromium()
    if found is None:
        _refuse("no Chromium or Chrome on this machine: put one on PATH or name it in MMVIZ_CHROMIUM")
    with open_chromium(found) as browser:
        yield browser


@pytest.fixture(scope="session")
def opening(chromium):
    """Return the context manager of a page in the browser of the tests."""
    from importlib import import_module

    machine = import_module("firefox" if chromium.browser_type.name == "firefox" else "chromium")
    return partial(machine.open_page, chromium)


@pytest.fixture
def open_page(opening):
    """Return a function that opens a page; all are closed after the test."""
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda **context: stack.enter_context(opening(**context))


@pytest.fixture
def show(open_page, make_frame, tmp_path):
    """Return a function that saves a view as one file and opens it from there."""
    from page_queries import settle

    from mmviz.widgets import Explorer

    def showing(*, selection=None, context=None, other=None, **kind):
        second = None if other is None else make_frame(**other)
        # without a section of their own, tests see all views
        chosen = {"section": "all", **(selection or {})}
        explorer = Explorer(frame=make_frame(**kind), other=second, selection=chosen)
        path = explorer.save(tmp_path / "study.html")
        page = open_page(**(context or {}))
        page.goto(path.as_uri())
        page.wait_for_selector(".mmv-readout:not(:empty)", timeout=15_000)
        settle(page)
        page.explorer, page.path = explorer, path
        return page

    return showing


@pytest.fixture
def lab(open_page, tmp_path):
    """Return a function that starts JupyterLab in ``lab.folder``, opens a notebook of it and runs all cells."""
    from contextlib import ExitStack

    from lab_harness import open_notebook, run_all, start_lab

    folder, state = tmp_path / "work", tmp_path / "state"
    folder.mkdir()
    state.mkdir()
    with ExitStack() as stack:

        def opening(name, *, timeout=120_000):
            address = stack.enter_context(start_lab(folder, state=state))
            page = open_page(viewport={"width": 1500, "height": 1500})
            open_notebook(page, address, name)
            run_all(page, timeout=timeout)
            return page

        opening.folder = folder
        yield opening
