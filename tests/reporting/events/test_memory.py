"""What is done to rows in memory and on disk is what plain Python does to lists."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.reporting.events.buckets import Buckets
from coverage_campaign.reporting.events.memory import each, occurs_again

NEAR = st.lists(st.integers(-5, 5), max_size=40)
FAR = st.lists(st.sampled_from([-(2**62), 0, 1, 2**62, 2**62 + 1, 2**63 - 1]), max_size=40)


@settings(deadline=None, max_examples=60)
@given(ids=NEAR | FAR)
def test_ids_that_occur_again_are_those_counted_twice(ids: list[int]) -> None:
    """Near to each other or as far as 64 bits allow: where the count is above 1, nowhere else."""
    counts = Counter(ids)
    found = occurs_again(np.array(ids, dtype=np.int64)).tolist()
    assert found == [counts[one] > 1 for one in ids]


def test_parts_come_back_in_their_order() -> None:
    """Two threads work, and the results stand as the parts did."""
    assert list(each(lambda part: part * part, range(50))) == [part * part for part in range(50)]


def test_an_error_in_a_thread_is_no_secret() -> None:
    """What a part raises is raised."""

    def work(part: int) -> int:
        raise ValueError(str(part))

    with pytest.raises(ValueError, match=r"^7$"):
        list(each(work, [7]))


def test_buckets_keep_all_rows_of_an_id_together(tmp_path: Path) -> None:
    """Whatever was added comes back once, each id from one batch; texts keep zeros at their end."""
    ids = [f"p{number % 3_000}\0." for number in range(12_000)]
    buckets = Buckets(tmp_path, "person")
    for start in range(0, len(ids), 5_000):
        part = ids[start : start + 5_000]
        rows = np.arange(start, start + len(part))
        buckets.add({"person": np.array(part), "row": rows})
    buckets.add({"person": np.full(2, -(2**62)), "row": np.array([12_000, 12_001])})
    seen: list[set[str]] = []
    pairs: list[tuple[str, int]] = []
    for batch in buckets.batches():
        read = buckets.read(batch)
        pairs += zip(read["person"].tolist(), read["row"].tolist(), strict=True)
        seen.append(set(read["person"].tolist()))
    assert sorted(row for _, row in pairs) == list(range(12_002))
    assert {person for person, row in pairs if row < 12_000} == set(ids)
    # A part whose ids are all missing holds numbers: beside texts they are no text.
    assert all(person in {"", str(-(2**62)), -(2**62)} for person, row in pairs if row >= 12_000)
    assert sum(len(part) for part in seen) == len(set().union(*seen))
    assert not list(tmp_path.iterdir())
