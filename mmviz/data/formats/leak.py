"""The label leak of bc-LSTM's CMU-MOSI features, by name: what it is, and who is told."""

from mmviz.data.report import Report
from mmviz.errors import DataError

LEAK = (
    "bc-LSTM label leak: the text-CNN and 3D-CNN features are outputs of classifiers that were trained on the training part "
    "of the bc-LSTM split. Inside that part they know the labels (98 % and 91 % by video folds), outside it they do not "
    "(75.5 % and 52.4 %)"
)


def warn_bclstm_leak(modalities: set[str], report: Report, where: str, count: int) -> None:
    """Add one warning that names the leak, if any of the modalities leaks; `LEAK` itself belongs in the notes."""
    if modalities:
        named = ", ".join(sorted(modalities))
        report.add(
            "warning",
            "label leak",
            f"{where} {named}",
            count,
            first="bc-LSTM label leak",
            action="kept; flatters; see spec.notes",
        )


def refuse_bclstm_leak(modalities: set[str], where: str, remedy: str) -> None:
    """Refuse features that know labels of the test part.

    Raises
    ------
    DataError
        If any of the modalities leaks; the message names the leak and what to do.
    """
    if modalities:
        raise DataError(f"{where}: {', '.join(sorted(modalities))}: {LEAK}. {remedy}")
