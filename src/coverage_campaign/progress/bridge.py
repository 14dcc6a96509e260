"""From gross to net to coverage: what came in, what was lost, who is covered now."""

from __future__ import annotations

import pandas as pd

__all__ = ["bridge_table"]


def bridge_table(
    *,
    covered: int | None,
    entries: int | None,
    resumptions: int | None,
    losses: int | None,
    eligible: int | None,
) -> pd.DataFrame:
    """Return the steps from who was covered before to who is covered now.

    Columns: step, persons, covered_to_here, coverage_rate (fraction of the eligible). The steps
    are covered_before, entries, resumptions, gross, losses (negative), net, covered_now; gross and
    net are sums of the steps before them. What nobody reported is <NA> and ends the sums.
    """
    gross = _plus(entries, resumptions)
    lost = None if losses is None else -losses
    net = _plus(gross, lost)
    steps: list[tuple[str, int | None, int | None]] = [
        ("covered_before", covered, covered),
        ("entries", entries, _plus(covered, entries)),
        ("resumptions", resumptions, _plus(covered, gross)),
        ("gross", gross, _plus(covered, gross)),
        ("losses", lost, _plus(covered, net)),
        ("net", net, _plus(covered, net)),
        ("covered_now", _plus(covered, net), _plus(covered, net)),
    ]
    table = pd.DataFrame(
        {
            "step": pd.array([step for step, _, _ in steps], dtype="str"),
            "persons": pd.array([persons for _, persons, _ in steps], dtype="Int64"),
            "covered_to_here": pd.array([total for _, _, total in steps], dtype="Int64"),
        }
    )
    rate = table["covered_to_here"] / (eligible or pd.NA)
    return table.assign(coverage_rate=rate.astype("Float64"))


def _plus(first: int | None, second: int | None) -> int | None:
    return None if first is None or second is None else first + second
