"""What has to stand beside a rank, so that a ranking does not only add pressure."""

from __future__ import annotations

import numpy as np
import pandas as pd

from coverage_campaign.progress.reported_counts import Counted
from coverage_campaign.reporting.data_quality import quality_signals
from coverage_campaign.reporting.result import Tally

__all__ = ["ground_of"]


def ground_of(
    frame: pd.DataFrame,
    counts: pd.DataFrame,
    rows: Counted,
    tally: Tally,
    signals: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return one row per unit: what a reader must see before a rank is held against anybody.

    Columns: unit, name, rank, complete, reports_received, reports_expected, burden_rate (target
    over eligible persons, fraction of one), signals (of doubtful figures, in words), diagnosis.
    `signals` has the columns unit and signal; None takes those found in the tally.
    """
    eligible = counts["eligible"].where(counts["eligible"] > 0).astype("Float64")
    found = quality_signals(tally) if signals is None else signals
    joined = found.drop_duplicates(["unit", "signal"]).groupby("unit")["signal"].agg("; ".join)
    texts = {str(unit): text for unit, text in joined.items()}
    columns = ["unit", "name", "rank", "complete", "reports_received", "reports_expected"]
    return frame[columns].assign(
        burden_rate=counts["target"] / eligible,
        signals=pd.array([texts.get(unit, "") for unit in frame["unit"]], dtype="str"),
        diagnosis=_diagnoses(frame, rows),
    )


def _diagnoses(frame: pd.DataFrame, rows: Counted) -> pd.Series[str]:
    """Return 'high lapse' where losses make up half of what is lacking net, else 'low reach'.

    <NA> where nothing is lacking even net of losses, or nothing was reported.
    """
    losses = rows.sums("loss")
    lacking = frame["planned"] - (rows.sums("entry") + rows.sums("resumption") - losses)
    known = frame["done"].notna() & (lacking > 0)
    lapse = 2 * losses >= lacking.fillna(0).to_numpy(dtype=np.int64)
    words = pd.Series(["high lapse" if one else "low reach" for one in lapse.tolist()], dtype="str")
    return words.where(known.to_numpy(dtype=bool))
