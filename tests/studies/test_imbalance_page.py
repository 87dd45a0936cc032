"""docs/imbalance.md: its tables are those of the stored JSON and of the registered strategies."""

import importlib.util
import json
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "bars/imbalance_tables.py"


def script():
    spec = importlib.util.spec_from_file_location("imbalance_tables", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_is_what_the_script_writes_from_the_json_and_the_strategies():
    tables = script()
    text = tables.PAGE.read_text(encoding="utf-8")
    stored = json.loads(tables.STORED.read_text(encoding="utf-8")) if tables.STORED.exists() else {}
    assert tables.page(text, stored) == text, "run: python tests/bars/imbalance_tables.py --table"


def test_the_page_has_a_paragraph_for_every_method_that_is_compared():
    tables = script()
    text = tables.PAGE.read_text(encoding="utf-8")
    assert [name for name in tables.STRATEGIES if f"**{tables.STRATEGIES[name].method.title}**" not in text] == []


def test_the_stored_tables_name_no_folder_of_a_machine():
    tables = script()
    if tables.STORED.exists():
        assert "/shared" not in tables.STORED.read_text(encoding="utf-8")
