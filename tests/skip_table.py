"""Skipped tests, grouped by their reason: the table at the end of a run."""

from pathlib import Path


def skip_table(reports, start):
    """Return the lines of a table: number of skipped tests, reason, files.

    Parameters
    ----------
    reports
        Reports of skipped tests and test files; ``longrepr`` is (file, line, reason).
    start
        Folder to which files are relative.
    """
    files = {}
    for report in reports:
        path, _, reason = report.longrepr
        path = Path(path)
        name = path.relative_to(start) if path.is_relative_to(start) else path
        files.setdefault(reason.removeprefix("Skipped: "), []).append(name.as_posix())
    rows = sorted(files.items(), key=lambda row: (-len(row[1]), row[0]))
    width = max((len(reason) for reason in files), default=0)
    return [f"{len(where):5}  {reason:{width}}  {', '.join(sorted(set(where)))}" for reason, where in rows]
