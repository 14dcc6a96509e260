"""How the rows that were not counted show themselves."""

from coverage_campaign.reporting.problems import ReportProblem, ReportProblems


def test_problems_show_their_totals_and_the_first_of_them() -> None:
    """Ten rows of two reasons: both totals in one line, eight places, and how many more."""
    doubles = [ReportProblem("double", f"record '{n}'", "twice", "ask") for n in range(7)]
    undated = [ReportProblem("no_date", f"record '{n}'", "none", "ask") for n in range(3)]
    lines = repr(ReportProblems.of([*doubles, *undated])).splitlines()
    assert lines[0] == "<ReportProblems: 10 rows not counted (7 double, 3 no_date)>"
    assert lines[1] == "  record '0': twice -- ask"
    assert lines[-1] == "  ... and 2 more"
    assert len(lines) == 10
    assert repr(ReportProblems()) == "<ReportProblems: 0 rows not counted>"
