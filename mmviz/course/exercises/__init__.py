"""Registry of the exercises, by number: one module of this folder for each notebook with exercises; ``register`` adds others."""

from importlib import import_module
from pkgutil import iter_modules

from mmviz.core.errors import ConfigError
from mmviz.core.options import nearest
from mmviz.course.exercise import Exercise

#: number -> exercise
EXERCISES: dict[str, Exercise] = {}


def register(*exercises: Exercise) -> None:
    """Add exercises to :data:`EXERCISES`; the file ``docs/templates/exercise.py`` is an example.

    Raises
    ------
    ConfigError
        An argument is not an :class:`Exercise`, or an exercise with its number exists; then none is added.
    """
    for exercise in exercises:
        if not isinstance(exercise, Exercise):
            raise ConfigError(f"register: got a {type(exercise).__name__}, expected a mmviz.course.Exercise")
        if exercise.number in EXERCISES:
            raise ConfigError(
                f"register: exercise {exercise.number!r} exists ({EXERCISES[exercise.number].title}); choose another number"
            )
    EXERCISES.update({exercise.number: exercise for exercise in exercises})


def find(number: str) -> Exercise:
    """Return the exercise with a number.

    Parameters
    ----------
    number
        As a string, ``"2.3"``: as a float 2.1 and 2.10 would be equal.

    Raises
    ------
    ConfigError
        No exercise has this number; the message names the nearest.
    """
    if not isinstance(number, str):
        raise ConfigError(f"number: {number!r} ({type(number).__name__}); write it as a string, such as '2.3'")
    if number not in EXERCISES:
        raise ConfigError(
            f"number: no exercise {number!r}{nearest(number, EXERCISES)}; available: {', '.join(EXERCISES)}"
        )
    return EXERCISES[number]


for _module in sorted(module.name for module in iter_modules(__path__)):
    register(*import_module(f"{__name__}.{_module}").EXERCISES)
