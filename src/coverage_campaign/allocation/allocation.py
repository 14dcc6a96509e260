"""The result of an allocation: shares, the ground they rest on, and a sentence for each."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import attrs
import pandas as pd

from coverage_campaign.allocation import equity, explain
from coverage_campaign.allocation.apportionment.methods import name_of
from coverage_campaign.allocation.top_down import SharedTarget, UnitTie
from coverage_campaign.allocation.tree import NO_CAP
from coverage_campaign.checks import checked_call, checked_fields, checked_methods
from coverage_campaign.messages import Language, message
from coverage_campaign.notebook import Axes, html_table

__all__ = ["NO_CAP", "Allocation", "UnitTie"]


@checked_methods
@attrs.frozen(kw_only=True, field_transformer=checked_fields)
class Allocation(SharedTarget):
    """Who does how much: each unit's share of a target, and the ground it rests on.

    `drift` has, where leaves were shared first, (upper unit, its sum less its share from the top);
    `unallocated` are persons whom no cap left room for; `uplift` has (tier, rise). By row of the
    units, what the method was given: `existing` are people who are covered already
    (`already_covered` says which), `shifts` what is added to the seats (base less existing),
    `floors` and `caps` the bounds of a share, `uncovered_caps` where the cap is who is left to
    enrol.

    `target_code` is the code of the campaign's target that is shared, '' for a number of one's own.

    It has no `notes`: what a reader has to know stands in its `basis`, its `ties` and
    `bounds()`.
    """

    def uplifted(self) -> Allocation:
        """Return the uplifted targets as an allocation of their own, to be planned and tracked."""
        frame = self.frame.assign(share=self._frame["uplifted"])
        leaves = frame["share"].to_numpy("int64")[self.leaf_rows]
        said = message("the targets are the uplifted ones, {n} people", n=int(leaves.sum()))
        return attrs.evolve(
            self,
            total=int(leaves.sum()),
            frame=frame,
            uplift=(),
            basis=self.basis.assuming(said),
        )

    def explain(self, unit: str, *, lang: Language | None = None) -> str:
        """Return in one sentence why a unit has its share, so that a person can check it.

        `lang` is the language, by default that of the context (`cc.language`).

        >>> import coverage_campaign as cc
        >>> campaign = cc.load_case("hengyang", year=2008)
        >>> counties = cc.allocate(campaign, weights=cc.weights.by_measure("census_2000"))
        >>> print(counties.explain("430426"))
        Qidong County: census_2000 884,957 ÷ 89.275 = 9,912.71 → 9,913; the next would need a
        weight of 885,028.
        """
        return explain.sentence(self, unit).text(lang)

    def divisor(self, parent: str = "") -> Fraction | None:
        """Return the divisor that shares the seats under a parent ('' = the top), or None.

        It has the fewest digits of all that give these shares.
        """
        return explain.record_under(self, parent).apportionment.divisor

    def next_in_line(self, parent: str = "") -> tuple[str, ...]:
        """Return who under a parent ('' = the top) would get one person more: several if tied."""
        record = explain.record_under(self, parent)
        return tuple(record.codes[unit] for unit in record.apportionment.next_in_line)

    def water_level(self, parent: str = "") -> Fraction | None:
        """Return the ratio of people to weight that the units without a bound end at, or None.

        It is one over the divisor. With `weights.level()` it is the coverage rate that the lowest
        are raised to; `levels` has every unit's own.
        """
        found = self.divisor(parent)
        return 1 / found if found else None

    def levels(self) -> pd.DataFrame:
        """Return how full each leaf is, before and after: people per weight.

        Columns: unit, name, weight, existing_before, share, existing_after [persons], level_before,
        level_after (people per weight; coverage rates with `weights.level()`), held_by ('' for a
        unit at the water level, else 'already covered', 'floor', 'cap' or 'pin').
        """
        return explain.levels(self)

    def bounds(self) -> pd.DataFrame:
        """Return the units whose bound decides: unit, name, bound, share, without_it [persons].

        Pins are bounds too. `without_it` is the unit's share when the target is shared again
        without that one bound. It is <NA> where the bound is not the unit's own but gathered from
        the units below it, and in every row where more than 200 bounds decide: `explain` has it
        for the unit that is asked.
        """
        return explain.binding(self)

    def reconciliation(self) -> pd.DataFrame:
        """Return what bounds did to everyone: asked, given, and why it differs.

        Columns: unit, name, bound ('' = none), asked (the floor, cap or pin), given (the share),
        without_bounds (the share if nobody had a floor, cap or pin), difference (given less
        without_bounds) [persons], why. One row per unit, as `to_frame`.
        """
        return explain.reconciliation(self)

    def burden(self) -> pd.DataFrame:
        """Return how heavy each leaf's share is: what is asked over who could be asked.

        Columns: unit, name, share, eligible, uncovered [persons, <NA> where unknown],
        eligible_rate and uncovered_rate (share over each; fractions of one).
        """
        return equity.burden(self)

    def fairness(self) -> equity.Fairness:
        """Return the Gini coefficient with the least and the largest burden.

        Burden is share per eligible person where all are known, else share per weight;
        `.need` says which.
        """
        return equity.fairness_of(self)

    def gini(self) -> Fraction:
        """Return how unevenly the shares lie on the weights: 0 = all in proportion, exact.

        The Gini coefficient of share per weight, over the leaves. Source: M. O. Lorenz, Methods of
        measuring the concentration of wealth, Publications of the American Statistical
        Association 9 (1905) 209-219; C. Gini, Variabilità e mutabilità, 1912.
        """
        return equity.gini(self.shares().tolist(), equity.leaf_weights(self))

    def plot(self, ax: Axes | None = None) -> Axes:
        """Draw the shares against the need (Lorenz curve with Gini)."""
        from coverage_campaign.views import charts  # the one way up, taken late

        return charts.fairness(self, ax=ax)

    @checked_call
    def to_excel(
        self, path: str | Path, *, live: bool = False, lang: Language | None = None
    ) -> Path:
        """Write the allocation as a workbook and return its path; needs the extra `excel`.

        By default it is the annex as it is issued. With `live` it is a sheet that computes: total,
        weights, floors, caps, divisor and ties are cells, shares and checks are formulas, for the
        divisor methods and Hamilton's. Change a cell, and the check shows by how many the sum
        misses the total, and the divisor that would give it. The uplifted layer is not on it.

        Raises:
            DefinitionError: `live`, and the method is neither.
            SaveError: The file cannot be written.
        """
        from coverage_campaign.views.documents.annex import write_allocation  # the one way up

        return write_allocation(self, path, live=live, lang=lang)

    def _line(self) -> str:
        method = name_of(self.method) if self.method else "each unit to the goal"
        return (
            f"{self.total:,} people among {self.among} by {self.weighting} ({method}), "
            f"{len(self.ties)} {'tie' if len(self.ties) == 1 else 'ties'}"
        )

    def _repr_html_(self) -> str:
        return html_table(self.to_frame(), title=self._line(), notes=self.basis.lines())

    def __repr__(self) -> str:
        """Return the allocation in one line."""
        return f"<Allocation of {self._line()}>"
