"""What `tally` means, in plain Python over a list of rows: no data frame, no packing, no order.

It follows the description of the event frame sentence by sentence and shares nothing with the
library but the campaign. Slow on purpose: sets, dictionaries and `min`.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from coverage_campaign.model.campaign import Campaign

REASONS = (
    "not_yet_reported",
    "superseded",
    "withdrawn",
    "no_record",
    "person_changed",
    "no_date",
    "no_person",
    "unknown_unit",
    "unknown_channel",
    "outside_campaign",
    "unit_not_open",
    "double",
)


class Row(NamedTuple):
    """One version of a reported event."""

    record: str | None
    revision: int | None
    reported_at: dt.datetime | None
    person: str | None
    unit: str | None
    date: dt.date | None
    channel: str | None
    group: str | None = None


class Answer(NamedTuple):
    """What the oracle says: counted cells, the reason of every other row, rows by claims lost."""

    cells: Counter[tuple[str, dt.date, str, str | None]]
    reasons: Counter[str]
    doubles: tuple[tuple[Row, Row], ...]


def _is_blank(text: str | None) -> bool:
    """Tell whether a text is no id and no code."""
    return text is None or not text.strip()


def _last(value: object) -> tuple[bool, object]:
    """Order a value that may be missing: what is missing comes last."""
    return (value is None, "" if value is None else value)


def _version(row: Row) -> tuple[object, ...]:
    assert row.revision is not None
    assert row.reported_at is not None
    texts = (None if _is_blank(text) else text for text in (row.unit, row.channel, row.person))
    unit, channel, person = texts
    parts = (unit, row.date.isoformat() if row.date else None, channel, person)
    return (
        -row.revision,
        row.reported_at.replace(microsecond=0),
        *(_last(part) for part in parts),
        _last(None if _is_blank(row.group) else row.group),
    )


def reckon(
    rows: Iterable[Row],
    campaign: Campaign,
    *,
    as_of: dt.datetime,
    by: str = "month",
    by_group: bool = False,
) -> Answer:
    """Return the cells, and how many rows were not counted for which reason."""
    reasons: Counter[str] = Counter()
    records: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        if row.reported_at is None or row.reported_at.replace(microsecond=0) > as_of:
            reasons["not_yet_reported"] += 1
        elif _is_blank(row.record) or row.revision is None:
            reasons["withdrawn" if row.channel == "withdrawn" else "no_record"] += 1
        else:
            assert row.record is not None
            records[row.record].append(row)
    claims: defaultdict[tuple[object, ...], list[tuple[tuple[object, ...], Row]]] = defaultdict(
        list
    )
    for versions in records.values():
        holding = min(versions, key=_version)
        reasons["superseded"] += len(versions) - 1
        reason = _fault(holding, versions, campaign)
        if reason:
            reasons[reason] += 1
            continue
        turn = min(row.reported_at.replace(microsecond=0) for row in versions if row.reported_at)
        rank = _rank(holding, turn, campaign, day=by != "month" or by_group, group=by_group)
        claims[_slot(holding, campaign)].append((rank, holding))
    cells: Counter[tuple[str, dt.date, str, str | None]] = Counter()
    doubles: list[tuple[Row, Row]] = []
    for rivals in claims.values():
        rivals.sort(key=lambda rival: rival[0])
        winner = rivals[0][1]
        reasons["double"] += len(rivals) - 1
        doubles += [(loser, winner) for _, loser in rivals[1:]]
        assert winner.date is not None
        assert winner.unit is not None
        assert winner.channel is not None
        period = _period(winner.date, by, campaign)
        group = winner.group if by_group and not _is_blank(winner.group) else None
        cells[winner.unit, period, winner.channel, group] += 1
    return Answer(cells, +reasons, tuple(doubles))


def _fault(holding: Row, versions: list[Row], campaign: Campaign) -> str:  # noqa: PLR0911 - one a reason
    window = campaign.whole_window
    if holding.channel == "withdrawn":
        return "withdrawn"
    if len({row.person for row in versions if not _is_blank(row.person)}) > 1:
        return "person_changed"
    if holding.date is None:
        return "no_date"
    if _is_blank(holding.person):
        return "no_person"
    if holding.unit not in {unit.code for unit in campaign.units}:
        return "unknown_unit"
    if holding.channel not in {channel.code for channel in campaign.channels}:
        return "unknown_channel"
    if not window.first <= holding.date <= window.last:
        return "outside_campaign"
    unit = campaign.unit(holding.unit)
    opened, closed = unit.opened or dt.date.min, unit.closed or dt.date.max
    return "" if opened <= holding.date <= closed else "unit_not_open"


def _starts_on(by: str, campaign: Campaign) -> int:
    rule = campaign.reporting
    return rule.starts_on if rule is not None and rule.period == by else 1


def _month(day: dt.date, starts_on: int) -> dt.date:
    """Return the first day of the calendar month that names the month from a day on."""
    if starts_on == 1 or day.day < starts_on:
        return day.replace(day=1)
    return (day.replace(day=1) + dt.timedelta(days=31)).replace(day=1)


def _period(day: dt.date, by: str, campaign: Campaign) -> dt.date:
    if by == "day":
        return day
    if by == "week":
        return day - dt.timedelta(days=(day.weekday() + 1 - _starts_on("week", campaign)) % 7)
    month = _month(day, max(_starts_on("month", campaign), _starts_on(by, campaign)))
    return month if by == "month" else month.replace(month=3 * ((month.month - 1) // 3) + 1)


def _slot(row: Row, campaign: Campaign) -> tuple[object, ...]:
    assert row.channel is not None
    assert row.date is not None
    if campaign.channel(row.channel).effect == "entry":
        return (row.person,)
    return (row.person, _period(row.date, "month", campaign), row.channel)


def _rank(
    row: Row, turn: dt.datetime, campaign: Campaign, *, day: bool, group: bool
) -> tuple[object, ...]:
    """Least wins; beyond the channel only so that no answer hangs on the order of the rows."""
    order = [channel.code for channel in campaign.channels]
    assert row.date is not None
    assert row.channel is not None
    month = _period(row.date, "month", campaign)
    return (
        turn,
        row.unit,
        month,
        order.index(row.channel),
        row.date if day else 0,
        _last(row.group if group and not _is_blank(row.group) else None),
        row.record,
    )


def corpus(campaign: Campaign, *, rows: int, seed: int) -> list[Row]:
    """Return at least `rows` rows with every glitch, in no order; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - a corpus, not a secret
    written = list(_written(dice, campaign, rows))
    dice.shuffle(written)
    return written


def _written(dice: random.Random, campaign: Campaign, rows: int) -> Iterator[Row]:
    units = [unit.code for unit in campaign.units]
    channels = [channel.code for channel in campaign.channels]
    groups = [group.code for group in campaign.groups]
    window = campaign.whole_window
    start = dt.datetime.combine(window.first, dt.time())
    count = 0
    number = 0
    persons = [f"p{index:05d}" for index in range(max(rows // 2, 3))]
    while count < rows:
        number += 1
        day = window.first + dt.timedelta(days=dice.randrange(-3, window.days + 3))
        filed = start + dt.timedelta(
            days=dice.randrange(0, window.days + 20),
            seconds=dice.choice([0, 0, 1, dice.randrange(86_400)]),
            microseconds=dice.choice([0, 0, 999_999, 500_000]),
        )
        row = Row(
            record=f"r{number:06d}",
            revision=0,
            reported_at=filed,
            person=dice.choice(persons),
            unit=dice.choice(units),
            date=day,
            channel=dice.choice(channels),
            group=dice.choice([None, *groups]),
        )
        yield row
        count += 1
        for glitch in _glitches(dice, row, units, channels, persons):
            yield glitch
            count += 1


def _glitches(  # noqa: C901, PLR0912, PLR0915 - one case a glitch
    dice: random.Random, row: Row, units: list[str], channels: list[str], persons: list[str]
) -> Iterator[Row]:
    assert row.reported_at is not None
    assert row.date is not None
    later = row.reported_at + dt.timedelta(days=dice.randrange(-2, 30), seconds=dice.randrange(3))
    new_unit, new_channel = dice.choice(units), dice.choice(channels)
    revised = row._replace(revision=1, reported_at=later, unit=new_unit)
    match dice.randrange(44):
        case 0:  # sent twice, to the letter
            yield row
        case 1:  # sent twice with the same revision, but not the same
            yield row._replace(unit=new_unit, channel=new_channel)
        case 2:  # corrected twice
            yield revised
            yield revised._replace(
                revision=2, channel=new_channel, date=row.date + dt.timedelta(days=9)
            )
        case 3:  # the last revision is not valid, so the record counts nothing
            yield revised._replace(unit="nowhere")
        case 4:
            yield revised._replace(channel="withdrawn")
        case 5:  # taken back, and then not
            yield revised._replace(channel="withdrawn")
            yield revised._replace(revision=2)
        case 6:
            yield revised._replace(person=dice.choice(persons))
        case 7:  # changed to another person and back
            yield revised._replace(person="another")
            yield revised._replace(revision=2)
        case 8:
            yield revised._replace(date=None)
        case 9:
            yield revised._replace(person=None)
        case 10:
            yield revised._replace(channel="paid twice")
        case 11:
            yield revised._replace(channel=None)
        case 12:
            yield revised._replace(unit=None)
        case 13:
            yield row._replace(record=None)
        case 14:
            yield row._replace(revision=None)
        case 15:
            yield row._replace(reported_at=None)
        case 16:  # the same person reported by two units in the same second
            yield row._replace(record=f"{row.record}-b", unit=new_unit)
        case 17:  # the same second but for the part that is not counted
            yield row._replace(
                record=f"{row.record}-c",
                unit=new_unit,
                reported_at=row.reported_at.replace(microsecond=1),
            )
        case 18:  # everything the same but the record, the day and the group
            yield row._replace(record=f"{row.record}-d", date=row.date.replace(day=2), group=None)
        case 19:  # a gap in the revisions, out of order
            yield revised._replace(revision=7, reported_at=row.reported_at)
            yield revised._replace(revision=3)
        case 20:  # a first version without a person, then with one
            yield row._replace(record=f"{row.record}-e", person=None)
            yield revised._replace(record=f"{row.record}-e")
        case 21:  # everything but the record is missing
            yield Row(f"{row.record}-f", 0, row.reported_at, None, None, None, None)
        case 22:  # nothing at all
            yield Row(None, None, None, None, None, None, None)
        case 23:  # text that sorts in another way in other alphabets
            yield row._replace(record=f"{row.record}-g", revision=0, unit="Ünknown")
            yield row._replace(record=f"{row.record}-g", revision=0, unit="_a")
        case 24:  # the same revision, once known and once not; the least unit holds
            yield row._replace(unit=dice.choice(["A", "~", "甲", "B-2"]))
        case 25:  # blank text is no id
            yield row._replace(record=" ")
            yield row._replace(record=f"{row.record}-h", person="\u3000")
        case 26:  # no record to take back
            yield row._replace(record=None, channel="withdrawn")
        case 27:  # blank text is no code
            yield row._replace(record=f"{row.record}-i", unit="", group=" ")
            yield row._replace(record=f"{row.record}-j", group="")
        case _:
            pass
