"""Mid-year: what is left of a target, shared anew among those with room; each version kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from fractions import Fraction
from hashlib import sha256
from math import ceil, floor

import attrs
import pandas as pd

from coverage_campaign.allocation.allocate import allocate
from coverage_campaign.allocation.allocation import Allocation
from coverage_campaign.allocation.equity import leaf_weights
from coverage_campaign.allocation.request import Bounds, is_count
from coverage_campaign.allocation.weights import Weighting, WeightTable, declared
from coverage_campaign.checks import checked_call, checked_fields, checked_methods, shown
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, Message, check_language, message
from coverage_campaign.model.campaign import Campaign
from coverage_campaign.model.readings import Basis
from coverage_campaign.model.targets import to_rate
from coverage_campaign.model.units import to_codes, unit_meant
from coverage_campaign.notebook import Axes, html_table
from coverage_campaign.progress.progress import Progress

__all__ = ["Reallocation", "reallocate"]


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Reallocation:
    """A version of an allocation that supersedes another, on a day, for what was done by then.

    `allocation` holds from that day on; `before` is what it supersedes. `unknown` are units of
    which nobody knows what was done: they keep their share. The first allocation is version 1.

    It has no `notes`: what a reader has to know stands in its `basis`. It has no `explain`: its
    new allocation explains the shares.
    """

    allocation: Allocation
    before: Allocation
    version: int
    as_of: dt.date
    done: tuple[tuple[str, int | None], ...]
    unknown: tuple[str, ...]

    @property
    def campaign(self) -> Campaign:
        """The campaign whose target it is."""
        return self.allocation.campaign

    @property
    def basis(self) -> Basis:
        """What the version in force rests on."""
        return self.allocation.basis

    @property
    def supersedes(self) -> str:
        """The version that this one takes the place of, with a digest of its shares."""
        text = self.before.shares().to_csv(lineterminator="\n")
        return f"version {self.version - 1} ({sha256(text.encode()).hexdigest()[:12]})"

    def to_frame(self) -> pd.DataFrame:
        """Return one row per leaf: unit, name, before, done, after, change [persons, Int64].

        `done` is <NA> where nobody knows; `change` (after - before) sums to the change of the
        total.
        """
        before, after = self.before.shares(), self.allocation.shares()
        names = {unit.code: unit.label.text() for unit in self.allocation.campaign.units}
        codes = [str(code) for code in after.index]
        done = dict(self.done)
        frame = pd.DataFrame(
            {
                "unit": pd.array(codes, dtype="str"),
                "name": pd.array([names[code] for code in codes], dtype="str"),
                "before": pd.array(before.reindex(after.index).tolist(), dtype="Int64"),
                "done": pd.array([done.get(code) for code in codes], dtype="Int64"),
                "after": pd.array(after.tolist(), dtype="Int64"),
            }
        )
        return frame.assign(change=frame["after"] - frame["before"])

    def sentence(self, *, lang: Language | None = None) -> str:
        """Return in one sentence what the version changes; English by default."""
        return self.message.text(check_language(lang, default="en"))

    @property
    def message(self) -> Message:
        """What the version changes, in the language of the reader."""
        change = self.to_frame()["change"]
        return message(
            "version {version}, made on {day:date}: {moved} {moved:plural person|people} moved, "
            "{differ} of {n} {n:plural unit differs|units differ}",
            version=self.version,
            day=self.as_of,
            moved=int(change[change > 0].sum()),
            differ=int((change != 0).sum()),
            n=len(change),
        )

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw both versions as a slope chart."""
        from coverage_campaign.scenarios.compare import compare

        return compare(self.before, self.allocation).plot(ax=ax)

    def _repr_html_(self) -> str:
        notes = self.allocation.basis.lines()
        return html_table(self.to_frame(), title=repr(self)[1:-1], notes=notes)

    def __repr__(self) -> str:
        """Return the version, and how many persons changed hands."""
        return f"<Reallocation: {self.message}; supersedes {self.supersedes}>"


@checked_call
def reallocate(
    allocation: Allocation | Reallocation,
    progress: Progress,
    *,
    weights: Weighting | WeightTable | None = None,
    floors: Bounds | None = None,
    caps: Bounds | None = None,
    keep: str | Iterable[str] = (),
    within: Fraction | str | None = None,
) -> Reallocation:
    """Return a new version in which what is left is shared anew among those with room.

    What was done stays with those who did it: it is the least that each unit has. The rest of the
    same total is shared by weight, by the method, the order and the uplift of the allocation.

    Args:
        allocation: The version in force.
        progress: What was done, and to which day.
        weights: By what the rest is shared; by default by the weights of the allocation.
        floors: Least new shares by unit code [persons].
        caps: Most new shares: what staff and time allow. Uncovered people bound them as always.
        keep: Units that keep their share as it is.
        within: The most that any share may change, as a fraction of it ('20%').

    Raises:
        DefinitionError: A coverage goal has nothing to share; a unit to keep is not there; a bound
            that the share of a unit which keeps it does not meet.
        InfeasibleError: What was done and the bounds leave no way to the total, and by how much.

    >>> import coverage_campaign as cc
    >>> campaign = cc.load_case("hengyang", year=2008)
    >>> first = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
    >>> half = first.shares().floordiv(2).reset_index(name="persons").assign(date="2008-08-31")
    >>> tally = cc.read_reports(half, campaign, figures="new", by="day")
    >>> plan = cc.schedule(first, over="special-action")
    >>> progress = cc.track(plan, tally, as_of="2008-08-31")
    >>> new = cc.reallocate(first, progress, caps={"430481": 12_000}, within="20%")
    >>> new.version, int(new.allocation.shares()["430481"]), new.allocation.total
    (2, 12000, 76000)
    """
    before = allocation.allocation if isinstance(allocation, Reallocation) else allocation
    version = allocation.version + 1 if isinstance(allocation, Reallocation) else 2
    if before.method is None:
        raise DefinitionError(
            Problem("allocation", "a goal for each unit", "nothing is shared: change the goal")
        )
    shares = {str(code): int(share) for code, share in before.shares().items()}
    kept = to_codes(keep)
    strangers = [code for code in kept if code not in shares]
    if strangers:
        fix = unit_meant(before.campaign.units, strangers[0], shares)
        raise DefinitionError(Problem(f"keep=['{strangers[0]}']", "no such leaf", fix))
    done = _done(progress, shares)
    unknown = tuple(code for code, persons in done.items() if persons is None)
    change = None if within is None else to_rate(within)
    least, most = _given("floors", floors), _given("caps", caps)
    low, high = _bounds(shares, done, change, least, most)
    pins = {code: shares[code] for code in (*kept, *unknown)}
    _check_kept(pins, least, most)
    for bounds in (low, high):
        for code, share in pins.items():
            bounds.pop(code, None)
            if before.uplift:  # a pin would leave open what the unit has in the raised layer
                bounds[code] = share
    codes = [str(code) for code in before.shares().index]
    own = declared(
        dict(zip(codes, leaf_weights(before), strict=True)),
        because=f"as before: {before.weighting}",
    )
    found = allocate(
        before.campaign,
        among=before.among,
        weights=own if weights is None else weights,
        target=before.total,
        method=before.method,
        floors=low,
        caps=high,
        pins=None if before.uplift else pins,
        uplift=dict(before.uplift),
        order=before.order,
    )
    basis = (before.basis if weights is None else found.basis).joined(progress.basis)
    return Reallocation(
        allocation=attrs.evolve(found, basis=basis.assuming(_said(version, progress.as_of))),
        before=before,
        version=version,
        as_of=progress.as_of,
        done=tuple(done.items()),
        unknown=unknown,
    )


def _done(progress: Progress, shares: dict[str, int]) -> dict[str, int | None]:
    counts = progress.counts.set_index("unit")
    missing = [code for code in shares if code not in counts.index]
    if missing:
        raise DefinitionError(
            Problem(
                "progress",
                message("has no unit '{unit}'", unit=missing[0]),
                "track a plan of this allocation",
            )
        )
    known = counts["done"].notna() & counts["complete"].fillna(value=True)
    done = counts["done"].fillna(0).astype("int64").to_dict()
    return {code: done[code] if known[code] else None for code in shares}


def _given(name: str, bounds: Bounds | None) -> dict[str, int]:
    """Return the caller's bounds as whole persons by code."""
    given = {} if bounds is None else {str(code): one for code, one in dict(bounds).items()}
    for code, persons in given.items():
        if not is_count(persons):
            fix = "give whole persons, 0 or more"
            raise DefinitionError(Problem(f"{name}['{code}']", shown(persons), fix))
    return {code: int(persons) for code, persons in given.items()}


def _check_kept(
    pins: Mapping[str, int], floors: Mapping[str, int], caps: Mapping[str, int]
) -> None:
    """Refuse bounds that a unit which keeps its share does not meet."""
    fix = "let it change (keep), or leave the bound out"
    for name, bounds, sign in (("floors", floors, 1), ("caps", caps, -1)):
        for code, persons in bounds.items():
            kept = pins.get(code)
            if kept is not None and sign * (persons - kept) > 0:
                found = message(
                    "{n}, where the unit keeps its share of {share}", n=persons, share=kept
                )
                raise DefinitionError(Problem(f"{name}['{code}']", found, fix))


def _bounds(
    shares: dict[str, int],
    done: dict[str, int | None],
    change: Fraction | None,
    floors: dict[str, int],
    caps: dict[str, int],
) -> tuple[dict[str, int], dict[str, int]]:
    """Return the least and the most of each leaf: done, the caller's bounds, the change allowed."""
    low = {code: max(persons or 0, 0) for code, persons in done.items()}
    high: dict[str, int] = {}
    if change is not None:
        for code, share in shares.items():
            low[code] = max(low[code], ceil(share * (1 - change)))
            # Who has done more than the change allows keeps what was done.
            high[code] = max(floor(share * (1 + change)), low[code])
    for code, persons in floors.items():
        low[str(code)] = max(low.get(str(code), 0), persons)
    for code, persons in caps.items():
        high[str(code)] = min(high.get(str(code), persons), persons)
    return low, high


def _said(version: int, day: dt.date) -> Message:
    return message(
        "version {version} of the allocation, made on what was done by {day:date}",
        version=version,
        day=day,
    )
