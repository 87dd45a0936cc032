"""Feedback on a stored list of answers to all exercises: ``python tests/bars/course_feedback.py``; writes ``course_feedback.json``.

The right answers are in many types; the wrong ones are hand-written (one for each named mistake, and others written from the task alone) or
generated from the solution. Printed: how many right ones pass, how many wrong ones pass, and the share of wrong ones whose sentence names a mistake,
a type or shape, a relation (ratio, sign, order, rounding …) or a place (first wrong entry or call). "Size only" (too large, too small) counts as nothing.
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "course"))

from answer_list import LEVELS, measured, share  # noqa: E402

GROUPS = ("of a named mistake", "plausible", "generated")


def main():
    """Measure, print and store."""
    rows = measured()
    print(f"{'exercise':9} {'right':>6} {'pass':>5} {'wrong':>6} {'pass':>5}  " + "  ".join(f"{n:>13}" for n in LEVELS))
    for number, row in rows.items():
        counts = [sum(row["named"][group].get(name, 0) for group in GROUPS) for name in LEVELS]
        wrong = sum(row["wrong"].values())
        print(
            f"{number:9} {row['right']:6} {row['right_accepted']:5} {wrong:6} {row['wrong_accepted']:5}  "
            + "  ".join(f"{n:13}" for n in counts)
        )
    total = {"exercises": len(rows)}
    for key in ("right", "right_accepted", "wrong_accepted"):
        total[key] = sum(row[key] for row in rows.values())
    for group in GROUPS:
        count, specific = share(rows, (group,))
        total[group] = {"wrong": count, "specific": round(specific, 3)}
    count, specific = share(rows)
    total["hand-written"] = {"wrong": count, "specific": round(specific, 3)}
    print(json.dumps(total, indent=1))
    (HERE / "course_feedback.json").write_text(json.dumps({"total": total, "exercises": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()
