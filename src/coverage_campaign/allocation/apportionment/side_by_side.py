"""Many problems in one go: a pass over the units of all of them where one alone would need one.

1. Round every group at its own guess of t (`Strip`), and count how many seats it misses.
2. Look from there in the direction of the total, a little further than it should lie: units whose
   seats change on the way are candidates.
3. Sort the candidates of all groups at once, and cut where each group has its total.
4. Prove the cut: a gap between the last seat given and the first refused that is wider than floats
   can err. Where the claims beside the cut are equal (compared in integers), it is a tie.

What this leaves open is tried again from another t, or solved alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

from coverage_campaign.allocation.apportionment.strip import Claims, Strip
from coverage_campaign.allocation.apportionment.ties import TieTable, Turn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from coverage_campaign.allocation.apportionment.fields import Floats
    from coverage_campaign.allocation.apportionment.inputs import Ints

    Flags = NDArray[np.bool_]

__all__ = ["Settled", "settle"]

_WIDER = 4.0  # by so much each attempt looks further
_STEPS = 60
_HALVE = 3  # every so many-th step halves the interval
_BESIDE = 2.0**-22  # off a guess, which may lie on a tie
_SHARPNESS = 2.0**-32  # of places within the range that is looked at
_END = 1e-6  # of that range in which nothing is decided


@attrs.frozen(eq=False)
class Settled:
    """Seats of all units, right in the groups that are `done`, and the ties among those."""

    seats: Floats
    done: Flags
    ties: TieTable


@attrs.frozen(eq=False)
class _Guess:
    """Seats of all units at a t of each group, and how many too many each group holds."""

    t: Floats
    seats: Floats
    excess: Floats


@attrs.frozen(eq=False)
class _View:
    """What changes hands on the way from a guess towards the total, as far as one looks.

    A claim's `place` is 0 at the guess and 1 at the end of the view; `keys` are group + place.
    """

    up: Floats
    span: Floats
    claims: Claims
    keys: Floats
    place: Floats


def settle(strip: Strip, turn: Turn, *, attempt: int = 0) -> Settled:
    """Return the seats of all groups, and which of them are proved.

    What is left open may be settled by a later attempt, which starts elsewhere and looks further.
    """
    t = strip.start()
    t -= _BESIDE * (attempt + 1) * (t - strip.field.bottom)
    seats = strip.seats(t)
    guess = _Guess(t, seats, strip.sums(seats) - strip.totals)
    _approach(strip, guess)
    view = _look(strip, guess, _WIDER**attempt)
    done, ties = _choose(strip, guess, view, turn)
    return Settled(seats, done, ties)


def _approach(strip: Strip, guess: _Guess) -> None:
    """Search a better t, in place, for the groups that are far from their totals."""
    near = 4.0 + strip.sizes / 4.0
    far = strip.usable & (np.abs(guess.excess) > near)
    if not far.any():
        return
    t, excess, bottom = guess.t, guess.excess, strip.field.bottom
    slope = np.zeros_like(t) + strip.field.slope
    low, high = np.full_like(t, bottom), np.full_like(t, np.inf)
    below, above = np.full_like(t, -np.inf), np.full_like(t, np.inf)
    for step in range(1, _STEPS):
        here, miss = t[far], excess[far]
        over = miss > 0
        low[far], below[far] = np.where(over, (low[far], below[far]), (here, miss))
        high[far], above[far] = np.where(over, (here, miss), (high[far], above[far]))
        stride = here - bottom
        ahead = here - np.clip(miss / slope[far], -8.0 * stride, 0.875 * stride)
        share = np.clip(-below[far] / (above[far] - below[far]), 0.02, 0.98)
        if step % _HALVE == 0:
            share[:] = 0.5
        between = low[far] + share * (high[far] - low[far])
        inside = np.isfinite(high[far]) & np.isfinite(below[far])
        t[far] = np.where(inside, between, ahead)
        units, part = strip.part(far)
        rounded = part.seats(t[far])
        guess.seats[units] = rounded
        excess[far] = part.sums(rounded) - part.totals
        change = np.abs((excess[far] - miss) / (t[far] - here))
        slope[far] = np.where(change > 0, change, slope[far] / 8.0)
        far = strip.usable & (np.abs(excess) > near)
        if not far.any():
            return


def _look(strip: Strip, guess: _Guess, width: float) -> _View:
    """Return what lies between the guess and a t that should be a little past the total."""
    t, miss = guess.t, np.abs(guess.excess)
    up = np.where(guess.excess <= 0, 1.0, -1.0)
    far = up * width * (miss + 1.5 * np.sqrt(miss)) / strip.field.slope
    far = np.maximum(far, 0.875 * (strip.field.bottom - t))
    span = np.where(miss > 0, far, 8.0 * np.asarray(strip.field.slack(t)))
    claims = _between(strip, guess.seats, strip.seats(t + span), up)
    keys = strip.thresholds(claims)
    keys -= t[claims.groups]
    keys /= span[claims.groups]
    np.minimum(np.maximum(keys, 0.0, out=keys), 1.0, out=keys)
    keys += claims.groups
    return _View(up, span, claims, keys, keys - claims.groups)


def _between(strip: Strip, seats: Floats, after: Floats, up: Floats) -> Claims:
    """Return the seats gained, or lost, on the way to other seats."""
    units = np.flatnonzero(after != seats)
    groups = strip.group_of(units)
    before = seats[units]
    gains = np.abs(after[units] - before)
    claimed = before + np.maximum(up, 0.0)[groups]
    several = np.flatnonzero(gains > 1.0)
    if several.size:
        more = gains[several].astype(np.int64) - 1
        several = np.repeat(several, more)
        run = 1.0 + np.arange(several.size) - np.repeat(np.cumsum(more) - more, more)
        claimed = np.append(claimed, claimed[several] + run * up[groups[several]])
        units, groups = np.append(units, units[several]), np.append(groups, groups[several])
    return Claims(units, groups, claimed)


def _choose(strip: Strip, guess: _Guess, view: _View, turn: Turn) -> tuple[Flags, TieTable]:
    """Give or take, in place, the seats that are missing or too many; return who is done."""
    group, place = view.claims.groups, view.place
    number = np.arange(guess.t.size)
    wanted = np.abs(guess.excess).astype(np.int64)
    found = np.bincount(group, minlength=number.size)
    at = np.cumsum(found) - found + np.minimum(wanted, found)
    keys = np.append(np.sort(view.keys), np.inf)
    last = np.where(wanted > 0, keys[at - 1] - number, 0.0)
    first = np.where(wanted < found, keys[at] - number, 1.0)
    tolerance = 4.0 * np.asarray(strip.field.slack(guess.t)) / np.abs(view.span) + _SHARPNESS
    met = strip.usable & (wanted <= found) & (last < 1.0 - np.maximum(tolerance, _END))
    done = met & (first - last > tolerance)
    _move(guess, view, place <= np.where(done & (wanted > 0), last, -1.0)[group])
    near = met & ~done & (wanted > 0) & (last > tolerance) & (first < 1.0 - tolerance)
    if not near.any():
        return done, TieTable.none()
    distance = place - last[group]
    distance[~near[group]] = np.inf
    beside = view.claims.some(np.abs(distance) <= tolerance[group]).in_order()
    tied = near & _all_equal(strip, beside)
    before = (distance < -tolerance[group]) & tied[group]
    _move(guess, view, before)
    wanted -= np.bincount(group[before], minlength=number.size)
    beside = beside.some(tied[beside.groups])
    falling = view.up < 0  # there all lose the seat, and the winners get it back
    np.add.at(guess.seats, beside.units, -1.0 * falling[beside.groups])
    sizes = np.bincount(beside.groups, minlength=number.size)
    ties = _break(strip, beside, sizes, np.where(falling, sizes - wanted, wanted), turn)
    np.add.at(guess.seats, beside.units, 1.0 * ties.won)
    return done | tied, ties


def _move(guess: _Guess, view: _View, chosen: Flags) -> None:
    np.add.at(guess.seats, view.claims.units, chosen * view.up[view.claims.groups])


def _all_equal(strip: Strip, claims: Claims) -> Flags:
    """Return in which groups all these claims are equal beyond doubt."""
    fresh = np.append(True, claims.groups[1:] != claims.groups[:-1])
    first = np.flatnonzero(fresh)[np.cumsum(fresh) - 1]
    same = strip.equal(claims, claims.some(first))
    equal = np.ones(strip.sizes.size, dtype=np.bool_)
    equal[claims.groups[~same]] = False
    return equal


def _break(strip: Strip, claims: Claims, sizes: Ints, at_stake: Ints, turn: Turn) -> TieTable:
    """Return the ties of these claims, with those whose turn it is."""
    groups = np.flatnonzero(sizes)
    units = claims.units - strip.first[claims.groups]
    return turn.pick_each(
        units, sizes[groups], at_stake[groups], strip.numbers[groups], strip.origin[groups]
    )
