"""What is owed for paying late, period by period of the law, exact to the last decimal."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from itertools import pairwise, zip_longest

import attrs

from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.messages import Language, Message, message
from coverage_campaign.model.dates import DateLike, Window, to_date
from coverage_campaign.model.labels import Parameter

__all__ = ["RatePeriod", "Surcharge", "parameter_on", "penalty", "surcharge"]

# Long enough for any amount, and an error where it were not: nothing is rounded in silence.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])
_DAY = dt.timedelta(days=1)


@attrs.frozen(field_transformer=checked_fields)
class RatePeriod:
    """Days under one rate: their window, their number, the rate a day, the amount, the law."""

    window: Window
    rate: Decimal
    amount: Decimal
    citation: str

    @property
    def days(self) -> int:
        """The number of days, both ends counted."""
        return self.window.days


@checked_methods
@attrs.frozen(field_transformer=checked_fields)
class Surcharge:
    """A surcharge by periods of the law [yuan]; `total` is exact, `payable` rounded to the fen."""

    principal: Decimal
    periods: tuple[RatePeriod, ...]

    @property
    def total(self) -> Decimal:
        """The exact sum."""
        whole = Decimal(0)
        for period in self.periods:
            whole = _EXACT.add(whole, period.amount)
        return whole

    @property
    def payable(self) -> Decimal:
        """The sum rounded to the fen, half up, once and at the end."""
        return self.total.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)

    def explain(self, *, lang: Language | None = None) -> str:
        """Return the calculation, one period a line, each with its law."""
        lines = [
            message(
                "{first:date} to {last:date}: {days} {days:plural day|days} × {rate:raw} × "
                "{principal:raw} = {amount} ({citation})",
                first=period.window.first,
                last=period.window.last,
                days=period.days,
                rate=period.rate,
                principal=self.principal,
                amount=f"{period.amount.normalize(_EXACT):f}",
                citation=period.citation,
            )
            for period in self.periods
        ]
        total = message("total: {total} yuan", total=f"{self.total.normalize(_EXACT):f}")
        return "\n".join(line.text(lang) for line in (*lines, total))


@checked_call
def surcharge(
    principal: Decimal | int | str,
    *,
    since: DateLike,
    until: DateLike,
    parameters: Iterable[Parameter],
    code: str = "late-payment-surcharge",
) -> Surcharge:
    """Return the surcharge on a late payment [yuan], day by day at the rate in force that day.

    Args:
        principal: What was not paid [yuan]; a float is refused.
        since: The first day late, counted.
        until: The last day late, counted; the day before `since` is no day.
        parameters: Dated values; those of `code` are rates a day. `campaign.parameters` holds them.
        code: Which of the parameters.

    No interest on the surcharge; a change of law splits the days, and each has the rate of its day.

    Raises:
        DefinitionError: A day has no rate in force, or two; the amount is no number.

    >>> law = [
    ...     Parameter("late-payment-surcharge", "0.002", "1999-01-22", "1999, art. 13"),
    ...     Parameter("late-payment-surcharge", "0.0005", "2011-07-01", "2010, art. 86"),
    ... ]
    >>> print(surcharge(10_000, since="2011-06-21", until="2011-07-20", parameters=law).explain())
    21 Jun 2011 to 30 Jun 2011: 10 days × 0.002 × 10000 = 200 (1999, art. 13)
    1 Jul 2011 to 20 Jul 2011: 20 days × 0.0005 × 10000 = 100 (2010, art. 86)
    total: 300 yuan
    """
    first, last = to_date(since, where="since"), to_date(until, where="until")
    amount = _amount(principal)
    if last < first - _DAY:
        raise DefinitionError(
            Problem(
                "until",
                message("{last:raw} before {first:raw}", last=last, first=first),
                "the last day of delay is not before the first",
            )
        )
    if last < first:
        return Surcharge(amount, ())
    owed = []
    for window, law in _periods(parameters, Window(first, last), code):
        daily = _EXACT.multiply(amount, Decimal(law.value))
        due = _EXACT.multiply(daily, window.days)
        owed.append(RatePeriod(window, Decimal(law.value), due, law.citation))
    return Surcharge(amount, tuple(owed))


def parameter_on(parameters: Iterable[Parameter], code: str, *, on: DateLike) -> Parameter:
    """Return the parameter of a code that is in force on a day: its value and its citation."""
    day = to_date(on, where="on")
    return next(_periods(parameters, Window(day, day), code))[1]


@checked_call
def penalty(
    principal: Decimal | int | str, *, on: DateLike, parameters: Iterable[Parameter], code: str
) -> Decimal:
    """Return an amount times a dated factor, such as a fine of one to three times it [yuan].

    >>> law = [Parameter("late-payment-fine-most", "3", "2011-07-01", "2010, art. 86")]
    >>> penalty("1200.50", on="2012-01-01", parameters=law, code="late-payment-fine-most")
    Decimal('3601.50')
    """
    factor = Decimal(parameter_on(parameters, code, on=on).value)
    return _EXACT.multiply(_amount(principal), factor)


def _amount(value: Decimal | int | str) -> Decimal:
    problem = Problem("principal", f"{value!r}", "give yuan as a whole number or decimal text")
    if isinstance(value, (bool, float)):
        raise DefinitionError(problem)
    try:
        amount = Decimal(value)
    except (InvalidOperation, TypeError, ValueError):
        raise DefinitionError(problem) from None
    if not amount.is_finite() or amount < 0:
        raise DefinitionError(problem)
    return amount


def _of_code(parameters: Iterable[Parameter], code: str) -> list[Parameter]:
    dated = sorted(
        (one for one in parameters if one.code == code), key=lambda parameter: parameter.since
    )
    for earlier, later in pairwise(dated):
        if later.since == earlier.since or (earlier.until and earlier.until >= later.since):
            raise DefinitionError(
                Problem(
                    f"parameters['{code}']",
                    message("two values on {since:raw}", since=later.since),
                    "end the earlier one on the day before the later one begins",
                )
            )
    return dated


def _periods(
    parameters: Iterable[Parameter], days: Window, code: str
) -> Iterator[tuple[Window, Parameter]]:
    """Yield the days of a window on which each value is in force; every day has one, or it fails.

    A value holds to its last day, or to the day before the next one.
    """
    dated = _of_code(parameters, code)
    day = days.first
    for parameter, following in zip_longest(dated, dated[1:]):
        end = parameter.until or (following.since - _DAY if following else days.last)
        window = days.overlap(Window(parameter.since, max(end, parameter.since)))
        if window is None:
            continue
        if window.first > day:
            break
        yield window, parameter
        day = window.last + _DAY
    if day <= days.last:
        raise DefinitionError(
            Problem(
                f"parameters['{code}']",
                message("none in force on {day:raw}", day=day),
                _in_force(dated, code),
            )
        )


def _in_force(dated: list[Parameter], code: str) -> Message:
    if not dated:
        return message(
            "the campaign has no parameter '{code}': add it with its citation", code=code
        )
    return message(
        "'{code}' is known from {since:raw} on: add the law of that day",
        code=code,
        since=dated[0].since,
    )
