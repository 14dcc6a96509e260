import copy
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coverage_campaign.errors import DefinitionError
from coverage_campaign.files.campaigns import campaign_from_plain, load_case
from coverage_campaign.files.json_values import from_json, to_json
from coverage_campaign.model.review.review import review

SOUND: list[dict[str, Any]] = [
    json.loads(to_json(load_case("hengyang", year=2008))),
    json.loads(to_json(load_case("lanhe"))),  # it has a scheme with rules
]
for sound in SOUND:
    del sound["type"]
Path = tuple[str | int, ...]


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value inside plain values."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for step, one in inner:
        yield from paths(one, (*path, step))


PATHS = [list(paths(sound)) for sound in SOUND]
ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(-(10**30), 10**30)
    | st.decimals()
    | st.text(max_size=5)
    | st.dates()
    | st.datetimes()
    | st.times()
    | st.sampled_from(["06-01", "80%", "labour", "points", "none", "430400", "2008-02-30", "1/0"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["code", "label", "kind", "en", "x", "per_point", "per_pont", "total"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=4,
)


def holder(plain: dict[str, Any], path: Path) -> Any:  # noqa: ANN401 - any plain value
    """Return the table or list that holds the value of a path."""
    value: Any = plain
    for step in path[:-1]:
        value = value[step]
    return value


@given(st.sampled_from([*range(len(SOUND))]), st.booleans(), st.data())
@settings(deadline=None, max_examples=150)
def test_nothing_but_a_definition_error_escapes(
    case: int,
    remove: bool,  # noqa: FBT001 - Hypothesis hands it over
    data: st.DataObject,
) -> None:
    """Whatever stands in the place of any value, the file is a campaign or a DefinitionError."""
    one = st.tuples(st.sampled_from(PATHS[case]), ODD)
    plain = copy.deepcopy(SOUND[case])
    for path, odd in data.draw(st.lists(one, min_size=1, max_size=3)):
        try:
            place = holder(plain, path)
            if remove and isinstance(place, dict):
                del place[path[-1]]
            else:
                place[path[-1]] = odd
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took the place away
    try:
        campaign = campaign_from_plain(plain, source="odd")
    except DefinitionError as error:
        assert error.problems  # noqa: PT017 - an error is allowed here, not required
        for problem in error.problems:
            assert problem.where.startswith("odd")
            assert len(str(problem)) < 1_000
            assert problem.text("zh")
    else:
        assert len(review(campaign)) >= 0


@given(
    st.recursive(
        ODD,
        lambda inner: st.dictionaries(
            st.sampled_from(
                [
                    "type",
                    "function",
                    "frame",
                    "series",
                    "index",
                    "array",
                    "dtype",
                    "shape",
                    "table",
                    "missing",
                    "timestamp",
                    "fraction",
                    "date",
                    "values",
                    "code",
                ]
            ),
            inner,
            max_size=3,
        ),
        max_leaves=5,
    )
)
@settings(deadline=None, max_examples=150)
def test_nothing_but_a_definition_error_escapes_json(value: object) -> None:
    """Whatever a JSON text holds, it is a value or a DefinitionError."""
    text = json.dumps(value, default=str)
    try:
        from_json(text)
    except DefinitionError as error:
        assert len(str(error)) < 5_000  # noqa: PT017 - as above


@pytest.mark.parametrize("value", [dt.time(12), dt.datetime(2008, 6, 1)])  # noqa: DTZ001 - civil time
def test_an_instant_is_no_day(value: object) -> None:
    """A time of day or an instant, which TOML has too, is no day of a phase."""
    plain = copy.deepcopy(SOUND[0])
    plain["phases"][0]["starts"] = value
    with pytest.raises(DefinitionError, match=r"phases\[0\] 'publicity'.starts"):
        campaign_from_plain(plain, source="odd")


@pytest.mark.parametrize(
    "odd",
    [
        "half",
        5,
        [1],
        {},
        {"per_pont": 1},
        {"per_point": 1, "per_case": 1},
        {"capped": 1, "most": 5},
    ],
)
def test_an_odd_rule_is_told_with_every_other_mistake(odd: object) -> None:
    """Whatever stands in the place of a rule is told in each language; the rest is read on."""
    plain = copy.deepcopy(SOUND[1])
    plain["scheme"]["items"][0]["rule"] = odd
    plain["targets"][0]["persons"] = "many"
    with pytest.raises(DefinitionError) as caught:
        campaign_from_plain(plain, source="odd")
    places = [problem.where for problem in caught.value.problems]
    assert any("scheme.items[0]" in place and ".rule" in place for place in places)
    assert any("targets[0]" in place for place in places)
    assert caught.value.text("zh")
