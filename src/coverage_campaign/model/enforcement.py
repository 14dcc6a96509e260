"""The ladder for employers that do not enrol or pay, and the gate at licensing, as values."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from coverage_campaign.model.labels import Label, to_label
from coverage_campaign.model.units import to_codes

__all__ = ["Gate", "Ladder", "Move", "Requirement", "Step"]


@attrs.frozen
class Step:
    """A state that a case can be in; a final one closes it."""

    code: str
    label: Label = attrs.field(converter=to_label)
    final: bool = False
    clause: str = ""


@attrs.frozen
class Move:
    """An `event` that takes a case from a step to another, made by one of `authorities`.

    `within_days` is the term to act after reaching `source` [calendar days]; None where the source
    text sets none.
    """

    event: str
    source: str
    target: str
    authorities: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
    within_days: int | None = None
    clause: str = ""


def _to_steps(value: Iterable[Step]) -> tuple[Step, ...]:
    return tuple(value)


def _to_moves(value: Iterable[Move]) -> tuple[Move, ...]:
    return tuple(value)


@attrs.frozen
class Ladder:
    """The steps of enforcement and the moves between them; the first step is where a case opens."""

    steps: tuple[Step, ...] = attrs.field(converter=_to_steps)
    moves: tuple[Move, ...] = attrs.field(converter=_to_moves)
    clause: str = ""


@attrs.frozen
class Requirement:
    """A document that has to be shown, and where it is to be had."""

    code: str
    label: Label = attrs.field(converter=to_label)
    from_unit: str = ""
    needs: tuple[str, ...] = attrs.field(default=(), converter=to_codes)


def _to_requirements(value: Iterable[Requirement]) -> tuple[Requirement, ...]:
    return tuple(value)


@attrs.frozen
class Gate:
    """What a unit asks to see before it issues a licence or passes a yearly inspection.

    `issues` are the documents that the unit itself gives out at this gate: a requirement that needs
    one of them cannot be met by who comes for the first time.
    """

    unit: str
    occasions: tuple[str, ...] = attrs.field(converter=to_codes)
    requirements: tuple[Requirement, ...] = attrs.field(converter=_to_requirements)
    clause: str = ""
    issues: tuple[str, ...] = attrs.field(default=(), converter=to_codes)
