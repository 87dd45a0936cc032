"""The committed bundle of the page is what its sources give; needs Node.js and the tools of package.json."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "mmviz" / "widgets" / "page"


def _run(*words, folder=ROOT):
    """Run a tool of node_modules; skip with the reason where it is not there, fail where CI is set."""
    reason = None
    if shutil.which("node") is None:
        reason = "Node.js is not on PATH: the page's sources are neither type-checked nor bundled (install Node.js 20, run npm install)"
    elif not (ROOT / "node_modules" / "esbuild").is_dir():
        reason = "node_modules is missing: run npm install in the root of the repository"
    if reason:
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    return subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)


def test_the_committed_bundle_equals_a_new_build_of_its_sources_byte_for_byte():
    done = _run("node", str(PAGE / "build.mjs"), "--check")
    assert done.returncode == 0, done.stderr


def test_all_sources_of_the_page_and_the_template_pass_the_strict_type_check():
    done = _run(str(ROOT / "node_modules" / ".bin" / "tsc"), "-p", str(PAGE))
    assert done.returncode == 0, done.stdout


def test_a_new_file_in_views_is_part_of_the_next_build_with_no_other_change(tmp_path):
    shutil.copytree(ROOT / "mmviz" / "widgets", tmp_path / "mmviz" / "widgets")
    (tmp_path / "mmviz" / "plots").mkdir()
    shutil.copy(ROOT / "mmviz" / "plots" / "theme.py", tmp_path / "mmviz" / "plots")
    shutil.copy(ROOT / "package.json", tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules", target_is_directory=True)
    folder = tmp_path / "mmviz" / "widgets"
    text = 'import { register } from "../registry.js";\nregister({ name: "brand new view", place: "wide", needs: [], mount: () => () => {} });\n'
    (folder / "page" / "views" / "brand_new.js").write_text(text)
    stale = _run("node", str(folder / "page" / "build.mjs"), "--check", folder=tmp_path)
    assert stale.returncode == 1
    assert "npm run build" in stale.stderr
    assert _run("node", str(folder / "page" / "build.mjs"), folder=tmp_path).returncode == 0
    assert "brand new view" in (folder / "bundle" / "explorer.js").read_text(encoding="utf-8")
