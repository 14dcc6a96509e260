"""A frame made ready to be shown: missing values as None, which is an empty cell."""

from __future__ import annotations

import pandas as pd

__all__ = ["cells"]


def cells(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with plain objects, None where a value is missing (<NA>, NaT or nan)."""
    plain = frame.astype(object)
    return plain.where(frame.notna(), None)
