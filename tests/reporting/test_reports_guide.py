"""The guide to reports is tried as a new user would: each of its examples is typed in."""

import doctest
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "reports.md"


def test_every_example_of_the_guide_gives_what_it_prints() -> None:
    """From the first line to the last, in one session."""
    failed, tried = doctest.testfile(
        str(GUIDE),
        module_relative=False,
        optionflags=doctest.NORMALIZE_WHITESPACE,
        encoding="utf-8",
    )
    assert tried > 30
    assert failed == 0
