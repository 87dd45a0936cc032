"""Column widths in inches and font sizes of the venues: NeurIPS, ICML, CVPR, ACL."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mmviz.core.errors import ConfigError, MissingDependencyError

#: fonts inside matplotlib, so that figures are the same on every machine; the second one completes the first
FONTS = ("STIXGeneral", "DejaVu Sans")


@dataclass(frozen=True)
class Venue:
    """Widths in inches of one column and, on a two-column page, of both; font sizes in points; the source of the numbers."""

    name: str
    widths: tuple[float, ...]
    source: str
    rc: dict[str, Any]


#: ACL's style files: A4, two columns of 7.7 cm, 0.6 cm apart; not in tueplots.
_ACL = (7.7 / 2.54, 16.0 / 2.54)


def venue_of(name: str) -> Venue:
    """Return column widths and font sizes of a venue: neurips2024, icml2024, cvpr (from tueplots) or acl (from its style files).

    Raises
    ------
    ConfigError
        If the venue is unknown.
    MissingDependencyError
        If tueplots is not installed.
    """
    try:
        from tueplots import bundles
    except ImportError as error:
        raise MissingDependencyError(
            "paper: the package tueplots is not installed; pip install 'mmviz[paper]'"
        ) from error
    if name == "neurips2024":
        bundle = bundles.neurips2024(usetex=False)
        return Venue(name, (bundle["figure.figsize"][0],), "tueplots neurips2024", bundle)
    two = {"icml2024": bundles.icml2024, "cvpr": bundles.cvpr2024, "acl": bundles.icml2024}
    if name not in two:
        raise ConfigError(f"paper: venue={name!r} is unknown; choose neurips2024, icml2024, cvpr or acl")
    half, full = (two[name](column=c, usetex=False) for c in ("half", "full"))
    if name == "acl":
        return Venue(name, _ACL, "ours, from ACL's style files (not in tueplots); font sizes as icml2024", half)
    widths = (half["figure.figsize"][0], full["figure.figsize"][0])
    return Venue(name, widths, f"tueplots {name if name != 'cvpr' else 'cvpr2024'}", half)


def width_of(venue: Venue, columns: int) -> float:
    """Return the width of a figure over ``columns`` columns, in inches.

    Raises
    ------
    ConfigError
        If the venue's page has fewer columns.
    """
    if type(columns) is not int or not 1 <= columns <= len(venue.widths):
        has = "one column" if len(venue.widths) == 1 else "two columns"
        raise ConfigError(
            f"paper: columns={columns!r}, but a page of {venue.name} has {has}; choose from 1 to {len(venue.widths)}"
        )
    return venue.widths[columns - 1]
