"""Registry of the exercises, by number: one module for each notebook with exercises."""

from difflib import get_close_matches
from importlib import import_module

from mmviz.core.errors import ConfigError
from mmviz.course.exercise import Exercise

# one module of exercises for each notebook that has some
NOTEBOOKS = ("coupled_scan", "hidden_influence", "experts", "alignment", "imbalance", "missing", "efficiency")


def _all() -> dict[str, Exercise]:
    modules = [import_module(f"mmviz.course.exercises.{name}") for name in NOTEBOOKS]
    return {exercise.number: exercise for module in modules for exercise in module.EXERCISES}


EXERCISES = _all()


def find(number: str) -> Exercise:
    """Find the exercise of this number.

    Parameters
    ----------
    number
        As a string, ``"2.3"``: as a float 2.1 and 2.10 would be one.

    Raises
    ------
    ConfigError
        No exercise has this number; the nearest is named.
    """
    if not isinstance(number, str):
        raise ConfigError(f"number: {number!r} ({type(number).__name__}); write it as a string, such as '2.3'")
    if number in EXERCISES:
        return EXERCISES[number]
    near = get_close_matches(number, EXERCISES, n=1, cutoff=0.3)
    meant = f"did you mean {near[0]!r}? " if near else ""
    raise ConfigError(f"number: no exercise {number!r}; {meant}there are {', '.join(EXERCISES) or 'none'}")
