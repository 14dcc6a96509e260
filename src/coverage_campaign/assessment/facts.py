"""What is known of each unit when it is assessed: whole persons, and what is missing."""

from __future__ import annotations

import attrs

from coverage_campaign.progress.track import Progress

__all__ = ["Facts", "facts_of"]


@attrs.frozen(kw_only=True)
class Facts:
    """The counts of one unit [persons]; None where nobody knows.

    `uplifted` is its target in the layer that the allocation raised; `missing` says why the unit
    could not be assessed, '' where it can; `questions` are the open ones that keep it from that.
    """

    unit: str
    name: str
    kind: str
    target: int | None
    uplifted: int | None
    done: int | None
    covered: int | None = None
    eligible: int | None = None
    missing: str = ""
    questions: tuple[str, ...] = ()


def facts_of(progress: Progress) -> tuple[Facts, ...]:
    """Return the counts of each unit of a progress, in its order.

    A unit whose reports are missing or incomplete keeps no count of what is done: an incomplete
    count is no smaller result, it is none.
    """
    table = progress.plan.allocation.to_frame()
    uplifted = dict(zip(table["unit"].tolist(), table["uplifted"].tolist(), strict=True))
    counts = progress.counts
    cells = counts.astype(object).where(counts.notna(), None)
    rows = [dict(zip(cells.columns, row, strict=True)) for row in cells.to_numpy().tolist()]
    kinds = {unit.code: unit.kind for unit in progress.campaign.units}
    is_open = "counted" in progress.open_questions
    return tuple(
        _facts(
            row,
            kind=kinds[str(row["unit"])],
            uplifted=uplifted.get(row["unit"]),
            is_open=is_open,
        )
        for row in rows
    )


def _facts(row: dict[str, object], *, kind: str, uplifted: object, is_open: bool) -> Facts:
    missing = _missing(row, is_open=is_open)
    return Facts(
        unit=str(row["unit"]),
        name=str(row["name"]),
        kind=kind,
        target=_count(row["target"]),
        uplifted=_count(uplifted),
        done=None if missing else _count(row["done"]),
        covered=_count(row["covered"]),
        eligible=_count(row["eligible"]),
        missing=missing,
        questions=("counted",) if is_open else (),
    )


def _missing(row: dict[str, object], *, is_open: bool) -> str:
    if is_open:
        return "whether losses are taken off is open"
    if row["complete"] is not None and not row["complete"]:
        return f"{row['reports_received']} of {row['reports_expected']} reports received"
    if row["done"] is None:
        return "no report counted"
    return ""


def _count(value: object) -> int | None:
    """Return a cell of an Int64 column as a plain int, <NA> as None."""
    return value if isinstance(value, int) else None
