"""A text of JSON that somebody spoilt is refused by the library, or is another sound value."""

import copy
import functools
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from laws.test_results import CAMPAIGN, RESULTS, scenario

ODD = (
    *(None, True, 0, -1, 2**63, 10**30, 1.5, "", "x", "nan", "9999-12-31", "category", "object"),
    *(
        [],
        {},
        [[]],
        [None],
        {"x": 1},
        {"date": "0001-01-01"},
        {"fraction": "1/0"},
        {"day": "02-30"},
    ),
    *({"table": [[1, 2, 3]]}, {"table": [[[], 1]]}, {"frame": {}}, {"missing": "NA"}, {"type": []}),
    *({"array": {"dtype": "int64", "values": []}, "dtype": "int64", "shape": [0, 10**12]},),
    *({"array": {"dtype": "str", "values": ["x"]}, "dtype": "<U999", "shape": [1]},),
    *({"timestamp": 5}, {"type": "Unit"}, {"type": "Allocation", "schema": 2}),
    *({"function": "apportion.hill"}, {"function": "apportion.webster", "with": {"x": 1}}),
)
Path = tuple[str | int, ...]


def paths(value: object, path: Path = ()) -> Iterator[Path]:
    """Yield the path of every value inside plain values."""
    if path:
        yield path
    inner = value.items() if isinstance(value, dict) else ()
    inner = enumerate(value) if isinstance(value, list) else inner
    for step, one in inner:
        yield from paths(one, (*path, step))


@functools.cache
def sound() -> dict[str, tuple[Any, list[Path]]]:
    """Return the plain values of every kind of result, and the paths in them."""
    made = {kind: make() for kind, make in RESULTS.items() if kind != "simulation"}
    made |= {"campaign": CAMPAIGN, "scenario": scenario(), "unit": CAMPAIGN.units[0]}
    plain = {kind: json.loads(cc.to_json(value)) for kind, value in made.items()}
    return {kind: (value, list(paths(value))) for kind, value in plain.items()}


@given(data=st.data())
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
def test_a_spoilt_text_is_refused_or_sound(data: st.DataObject) -> None:
    """A value taken out, doubled or put in another's place is an error of the library at most."""
    kind = data.draw(st.sampled_from(sorted(sound())))
    plain, places = sound()[kind]
    text = copy.deepcopy(plain)
    *above, last = data.draw(st.sampled_from(places))
    holder: Any = text
    for step in above:
        holder = holder[step]
    way = data.draw(st.sampled_from(["put", "put", "take out", "double"]))
    if way == "take out":
        del holder[last]
    elif way == "double" and isinstance(holder, list):
        holder.append(copy.deepcopy(holder[last]))
    else:
        holder[last] = data.draw(st.sampled_from(ODD))
    try:
        value = cc.from_json(json.dumps(text))
    except cc.CampaignError:
        return
    assert repr(value)
