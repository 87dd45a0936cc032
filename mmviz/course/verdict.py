"""What ``check`` returns: a sentence that prints, and is true or false."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    """The answer to an answer.

    Attributes
    ----------
    number
        Of the exercise.
    right
        Whether the answer was accepted; ``bool(verdict)`` is the same.
    mistake
        The name of the mistake that was recognised, or None.
    says
        The sentence for the reader.
    """

    number: str
    right: bool
    mistake: str | None
    says: str

    def __bool__(self) -> bool:
        return self.right

    def __repr__(self) -> str:
        return f"{'✓' if self.right else '✗'} {self.number}: {self.says}"
