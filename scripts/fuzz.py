"""Feed damaged inputs to every way in, and report whatever is not a plain refusal.

    python scripts/fuzz.py --seconds 600 --seed 1            # every target, ten minutes each
    python scripts/fuzz.py --seconds 10 --target sheets

A target draws an input that is sound, damages a small part of it, so that most inputs get past
the parser, and hands it to the library. A `CampaignError` (or a TypeError that names the wanted
kind) is an answer; anything else is a finding, and so is a case that takes longer than 20 seconds
or more than 4 GiB. A line for each target gives the cases tried, how many were accepted, and the
findings; the seed of a finding makes it again.
"""

from __future__ import annotations

import argparse
import copy
import io
import json
import random
import resource
import signal
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn, TypeAlias

import pandas as pd
import tomlkit

import coverage_campaign as cc

Node: TypeAlias = Any
"""A value of JSON or TOML: dicts, lists, texts, numbers."""
Target: TypeAlias = Callable[[random.Random, Path], None]

LIMIT_SECONDS, LIMIT_BYTES = 20, 4 * 2**30
HOSTILE = (
    *("", " ", "\x00", "\x1b[2J", "\ud800", "=1+1", "<script>x</script>", "../../x", "a" * 3_000),
    *("none", "NaN", "1e999", "80%", "-5%", "2008-02-30", "13-40", "9999-12-31", "衡阳市", "Ⅷ"),
)
NUMBERS = (0, 1, -1, 7, 2**31, 2**63, -(2**63), 10**30, 0.5, float("inf"), float("nan"), True)


# -- damage ----------------------------------------------------------------------------------------


def chance(rng: random.Random, share: float) -> bool:
    """Return True in that share of the calls."""
    return rng.random() < share


def spots(node: Node) -> Iterator[tuple[Node, Any]]:
    """Yield every container of a value with a key or position in it."""
    items = node.items() if isinstance(node, dict) else enumerate(node)
    for key, value in list(items):
        yield node, key
        if isinstance(value, dict | list):
            yield from spots(value)


def other(rng: random.Random, value: Node, alike: list[Node]) -> Node:
    """Return something to stand in a value's place: most often what stands in a like place."""
    if chance(rng, 0.8):  # so that the parser lets it through
        match value:
            case bool():
                likely: list[Node] = [not value]
            case int():
                likely = [value + 1, value * 2, max(0, value - 1), *alike]
            case str() if any(mark in value for mark in " ，、：") or not value.isascii():
                likely = [value + "x", value[::-1], *HOSTILE[:8]]
            case list():
                likely = [rng.sample(value, k=len(value))]
            case dict():
                likely = [dict(reversed(value.items()))]
            case _:
                likely = [value] * (2 * len(alike)) + alike  # a code that changes is refused
        return rng.choice(likely)
    return rng.choice([*HOSTILE, *NUMBERS, None, [], {}, [[]], copy.deepcopy(value)])


def damaged(rng: random.Random, value: Node) -> Node:
    """Return a value with one or two of its parts changed, taken out or doubled."""
    value = copy.deepcopy(value)
    for _ in range(rng.choice([1, 1, 1, 2])):
        places = list(spots(value))
        holder, key = rng.choice(places)
        alike = [box[place] for box, place in places if place == key][:200]
        deed = rng.choices(["change", "remove", "double"], [85, 7, 8])[0]
        if deed == "change":
            holder[key] = other(rng, holder[key], alike)
        elif deed == "remove":
            del holder[key]
        elif isinstance(holder, list):
            holder.insert(key, copy.deepcopy(holder[key]))
        else:
            holder[str(key) + rng.choice(["", "s", "_"])] = holder[key]
    return value


def cut(rng: random.Random, content: bytes) -> bytes:
    """Return bytes that are cut short, or with some of them changed."""
    if chance(rng, 0.3):
        return content[: rng.randrange(len(content) + 1)]
    changed = bytearray(content)
    for _ in range(rng.randint(1, 6)):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


# -- what is sound ---------------------------------------------------------------------------------


def shipped(name: str) -> dict[str, Node]:
    """Return the parsed file of a shipped campaign."""
    text = (resources.files("coverage_campaign.shipped") / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


HENGYANG = cc.load_case("hengyang", year=2008)
ALLOCATION = cc.allocate(HENGYANG, weights=cc.weights.by_measure("census_2000"))
PLAN = cc.schedule(ALLOCATION, over="special-action")
SCENARIO = cc.Scenario(campaign=HENGYANG, weights=cc.weights.by_measure("census_2000"))
SIMULATION = cc.simulate(PLAN, seed=1)
EVENTS = SIMULATION.events
UNITS = [unit.code for unit in HENGYANG.leaves("counties")]
NAMES = [HENGYANG.unit(code).label.text("zh") for code in UNITS]


# -- the targets -----------------------------------------------------------------------------------


def campaign_files(rng: random.Random, folder: Path) -> None:
    """A campaign file, TOML or JSON, with a part of it damaged."""
    plain = damaged(rng, shipped(rng.choice(cc.case_names())))
    kind = rng.choice(["toml", "json"])
    path = folder / f"campaign.{kind}"
    try:
        text = tomlkit.dumps(plain) if kind == "toml" else json.dumps(plain, default=str)
        content = text.encode("utf-8", "surrogatepass")
    except (TypeError, ValueError):  # a value that the format has no word for
        return
    path.write_bytes(cut(rng, content) if chance(rng, 0.1) else content)
    campaign = cc.load_campaign(path, **({} if "year" in plain else {"year": 2008}))
    cc.review(campaign).to_frame()


def json_values(rng: random.Random, folder: Path) -> None:
    """A value as JSON, with a part of it damaged."""
    del folder
    value = rng.choice([HENGYANG, ALLOCATION, PLAN, SCENARIO])
    cc.from_json(json.dumps(damaged(rng, json.loads(cc.to_json(value)))))


def sheets(rng: random.Random, folder: Path) -> None:
    """A sheet of figures with damaged cells, as CSV, workbook or damaged bytes of one."""
    months = [f"{month}月" for month in range(6, 13)]
    rows: list[list[Node]] = [["单位", *months], *([name, *[100] * 7] for name in NAMES)]
    for _ in range(rng.randint(0, 4)):
        row = rng.choice(rows)
        at = rng.randrange(len(row))
        row[at] = other(rng, row[at], [line[at] for line in rows])
    kind = rng.choice(["csv", "xlsx", "ods"])
    path = folder / f"reports.{kind}"
    table = pd.DataFrame(rows, dtype="object")
    if kind == "csv":
        text = table.to_csv(index=False, header=False)
        content = text.encode(rng.choice(["utf-8", "gb18030", "utf-16"]), "replace")
    else:
        buffer = io.BytesIO()
        try:
            engine = "openpyxl" if kind == "xlsx" else "odf"
            table.to_excel(buffer, index=False, header=False, engine=engine)
        except Exception:  # noqa: BLE001 - the writer refuses the cell; the reader is the subject
            return
        content = buffer.getvalue()
    path.write_bytes(cut(rng, content) if chance(rng, 0.3) else content)
    figures = rng.choice(["new", "cumulative"])
    cc.read_reports(path, HENGYANG, figures=figures).to_frame()


def events(rng: random.Random, folder: Path) -> None:
    """A frame of events with damaged cells and columns, on each engine."""
    del folder
    frame = EVENTS.sample(n=min(200, len(EVENTS)), random_state=rng.randrange(2**31))
    for _ in range(rng.randint(0, 3)):
        name = rng.choice(list(frame.columns))
        deed = rng.choices(["remove", "object", "category", "cell"], [15, 15, 10, 60])[0]
        if deed == "remove":
            frame = frame.drop(columns=name)
        elif deed == "object":
            frame[name] = frame[name].astype("object")
        elif deed == "category":
            frame[name] = frame[name].astype("category")
        else:
            column = frame[name].astype("object")
            place = rng.randrange(len(column))
            column.iloc[place] = rng.choice([*HOSTILE, *NUMBERS, None, pd.NaT, b"x"])
            frame[name] = column
    engine = rng.choice(["pandas", "pyarrow", "polars", "duckdb"])
    cc.tally(_on(engine, frame), HENGYANG, as_of="2008-12-31").to_frame()


def _on(engine: str, frame: pd.DataFrame) -> Node:
    """Return the frame on an engine; on pandas where the engine cannot hold it."""
    try:
        if engine == "pyarrow":
            import pyarrow as pa

            return pa.Table.from_pandas(frame, preserve_index=False)
        if engine == "polars":
            import polars as pl

            return pl.from_pandas(frame)
        if engine == "duckdb":
            import duckdb

            return duckdb.from_df(frame)
    except Exception:  # noqa: BLE001 - the engine refuses the frame; the library is the subject
        return frame
    return frame


SOUND: dict[str, list[Node]] = {
    "target": [76_000, 1, 0, "headcount", None],
    "floors": [None, {}, {"430405": 5}, {"430405": "2%"}, {"430405": 10**9}],
    "caps": [None, {}, {"430405": 5_000}, {"430405": "15%"}, {"430405": 0}],
    "pins": [None, {}, {"430405": 6_000}, {"430412": 0}],
    "uplift": [0, "10%", "3/7", "100%"],
    "method": [cc.apportion.webster, cc.apportion.hamilton, cc.apportion.adams],
    "ties": ["first", "last"],
    "weights": [cc.weights.by_measure("census_2010"), dict.fromkeys(UNITS, 1), {}],
    "curve": [None, cc.curves.even],
}
"""Inputs of a scenario that are mostly sound."""


def scenarios(rng: random.Random, folder: Path) -> None:
    """A scenario with some of its inputs changed or damaged, run and explored."""
    del folder

    def drawn(name: str) -> Node:
        odd = [*HOSTILE, *NUMBERS, [], {"x": 1}, [1]]
        return rng.choice(SOUND[name] if chance(rng, 0.9) else odd)

    chosen = rng.sample(list(SOUND), k=rng.randint(1, 2))
    if chance(rng, 0.5):
        cc.run(cc.vary(SCENARIO, **{name: drawn(name) for name in chosen}))
    else:
        over = {name: [drawn(name) for _ in range(rng.randint(1, 3))] for name in chosen}
        cc.explore(SCENARIO, over=over).to_frame()


TARGETS: dict[str, Target] = {
    one.__name__: one for one in (campaign_files, json_values, sheets, events, scenarios)
}


# -- the run ---------------------------------------------------------------------------------------


def _too_long(signum: int, frame: FrameType | None) -> NoReturn:
    del signum, frame
    raise TimeoutError(f"longer than {LIMIT_SECONDS} seconds")


def attack(name: str, *, seconds: float, seed: int) -> int:
    """Run one target for some seconds; print its line and return how many findings it has."""
    ends, case, accepted, found = time.monotonic() + seconds, 0, 0, {}
    with tempfile.TemporaryDirectory() as folder:
        while time.monotonic() < ends:
            case += 1
            signal.alarm(LIMIT_SECONDS)
            try:
                TARGETS[name](random.Random(f"{name} {seed} {case}"), Path(folder))  # noqa: S311
                accepted += 1
            except cc.CampaignError:
                pass
            except TypeError as error:
                if "takes" not in str(error) and "needs" not in str(error):
                    found.setdefault(_place(error), (case, error))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is a finding
                found.setdefault(_place(error), (case, error))
            finally:
                signal.alarm(0)
    share = accepted / max(1, case)
    print(f"{name:<16} {case:>7,} cases, {share:>4.0%} accepted, {len(found)} findings", flush=True)
    for place, (number, error) in found.items():
        print(f"  seed {seed}, case {number}, {place}: {type(error).__name__}: {str(error)[:300]}")
    return len(found)


def _place(error: Exception) -> str:
    """Return where in the library an error was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if "coverage_campaign" in frame.filename]
    last = own[-1] if own else frames[-1]
    return f"{Path(last.filename).name}:{last.lineno}"


def main() -> int:
    """Run the targets that are asked for; 1 where anything was found."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seconds", type=float, default=600.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", choices=list(TARGETS), action="append")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    resource.setrlimit(resource.RLIMIT_AS, (LIMIT_BYTES, LIMIT_BYTES))
    signal.signal(signal.SIGALRM, _too_long)
    names = asked.target or list(TARGETS)
    found = [attack(name, seconds=asked.seconds, seed=asked.seed) for name in names]
    return int(any(found))


if __name__ == "__main__":
    sys.exit(main())
