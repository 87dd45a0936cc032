"""Vocabulary: banned words in identifiers, in the first lines of docstrings and in labels.

The field's terms are in CONTRIBUTING.md. A line that quotes a banned word (another program's name, an old file format) carries the
comment ``# quoted``; for a docstring it stands on the line of its closing quotes, or of the ``def`` or ``class``.
"""

import ast
import re
import tokenize
from pathlib import Path

ROOT = Path(__file__).parents[1]
#: banned word: what to write
BANNED = {
    "answer": "prediction, output", "answers": "predictions, outputs", "answered": "predicted", "answering": "predicting",
    "asked": "called, requested", "asks": "calls, requests",
    "hear": "receive", "hears": "receives", "heard": "available, received", "listens": "attends to", "listen": "attend to",
    "says": "states, message", "said": "message, stated", "tells": "states", "told": "stated",
    "worth": "value", "starved": "under-optimised", "starve": "under-optimise", "carried": "propagated",
    "seal": "fingerprint", "whom": "target, source", "liveliest": "largest norm", "alike": "equal",
    "lacks": "is missing", "lacking": "missing", "mends": "fixes", "mend": "fix", "wants": "expects", "nobody": "no module, none",
    "lest": "so that not", "wherefore": "why", "studio": "what-if", "judge": "metric, score", "judged": "scored",
    "readings": "interpretations, variants",
    "strokes": "drawing", "ink": "matplotlib backend", "spoilt": "corrupted",
}  # fmt: skip
#: ambiguous words: banned as part of an identifier, and in these phrases of a text
IN_IDENTIFIERS = {"reading": "interpretation, variant"}
PHRASES = {r"\b(?:a|our|which|this|every) reading\b|\breading (?:of ours|A\b|E\d)": "reading"}
#: words that are terms of the field in these folders: an answer to an exercise
TERMS = {folder: {"answer", "answers"} for folder in ("mmviz/course", "notebooks", "docs/templates/exercise.py")}
LABELS = {"title", "label", "long_name", "help", "description", "x_title", "y_title", "heading"}
FOLDERS = ("mmviz", "kernels", "notebooks", "docs")
SOURCES = sorted(p for folder in FOLDERS for p in (ROOT / folder).rglob("*.py"))


def banned_in(text, *, identifier=False):
    """Return the banned words of a text or an identifier; `code` in backticks is not text."""
    plain = re.sub(r"``[^`]*``|`[^`]*`", " ", text)
    words = re.findall(r"[A-Za-z][a-z]*", re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", plain.replace("_", " ")))
    found = {word.lower() for word in words} & set(BANNED | IN_IDENTIFIERS if identifier else BANNED)
    return found | {word for phrase, word in PHRASES.items() if re.search(phrase, plain, re.IGNORECASE)}


def quoted_lines(path):
    """Return the numbers of the lines that carry the mark ``# quoted``."""
    with path.open("rb") as file:
        tokens = list(tokenize.tokenize(file.readline))
    return {t.start[0] for t in tokens if t.type == tokenize.COMMENT and "# quoted" in t.string}


def identifiers(tree):
    """Yield (line, identifier) of every name that a file defines."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.lineno, node.attr


def docstring_lines(tree):
    """Yield (lines where the mark may stand, first line) of every docstring."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            text = ast.get_docstring(node)
            if text:
                constant = node.body[0]
                yield (
                    {getattr(node, "lineno", constant.lineno), constant.lineno, constant.end_lineno},
                    text.splitlines()[0],
                )


def labels(tree):
    """Yield (line, text) of every string that is passed as a label."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for keyword in node.keywords:
                if keyword.arg in LABELS:
                    for part in ast.walk(keyword.value):
                        if isinstance(part, ast.Constant) and isinstance(part.value, str):
                            yield part.lineno, part.value


def findings(path):
    """Return a line of text for every banned word of a file."""
    tree, quoted = ast.parse(path.read_text(encoding="utf-8")), quoted_lines(path)
    place = path.relative_to(ROOT).as_posix()
    terms = {word for folder, words in TERMS.items() if place.startswith(folder) for word in words}
    seen = [("identifier", {line}, name) for line, name in identifiers(tree)]
    seen += [("docstring", lines, text) for lines, text in docstring_lines(tree)]
    seen += [("label", {line}, text) for line, text in labels(tree)]
    return [
        f"{place}:{min(lines)} {kind} {text!r}: {word} -> {(BANNED | IN_IDENTIFIERS)[word]}"
        for kind, lines, text in seen
        if not lines & quoted
        for word in sorted(banned_in(text, identifier=kind == "identifier") - terms)
    ]


def test_no_banned_word_in_identifiers_first_docstring_lines_and_labels():
    assert [line for path in SOURCES for line in findings(path)] == []


def test_banned_words_are_found_in_snake_case_camel_case_and_text_and_not_inside_other_words():
    assert banned_in("subset_answers") == {"answers"}
    assert banned_in("HeardModality") == {"heard"}
    assert banned_in("Return who is heard") == {"heard"}
    assert banned_in("``answer = ...`` is code") == set()
    assert banned_in("shear, sealed, retold") == set()
    assert banned_in("a reading of ours") == banned_in("reading_of_e1", identifier=True) == {"reading"}
    assert banned_in("Open a file for reading.") == set()


def test_a_line_with_the_mark_quoted_is_allowed(tmp_path, monkeypatch):
    monkeypatch.setattr("test_language.ROOT", tmp_path)
    path = tmp_path / "mmviz" / "file.py"
    path.parent.mkdir()
    path.write_text('"""Docstring."""\nanswer = 1\nheard = 2  # quoted: the name in another program\n')
    assert findings(path) == ["mmviz/file.py:2 identifier 'answer': answer -> prediction, output"]
