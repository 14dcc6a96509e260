"""The example of a service, over real HTTP on a free port of this machine."""

import importlib.util
import json
import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import coverage_campaign as cc
from coverage_campaign.model.units import Unit
from support.campaigns import tiny
from support.tally_cases import need

EXAMPLES = Path(__file__).parents[2] / "examples"
JULY_ROWS = [
    {"unit": "a", "date": "2026-06-05", "persons": 30},
    {"unit": "Birch", "date": "2026-06-05", "persons": 10},
    {"unit": "c", "date": "2026-06-05", "persons": 5},
]


def service() -> Any:  # noqa: ANN401 - a module
    """Return the example as a module; it needs the extra `service`."""
    need("fastapi")
    need("uvicorn")
    spec = importlib.util.spec_from_file_location("example_service", EXAMPLES / "service.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["example_service"] = module  # annotations are looked up there
    spec.loader.exec_module(module)
    return module


class Client:
    """A few calls with urllib, as any program would make them."""

    def __init__(self, port: int) -> None:
        """Speak to a port of this machine."""
        self.port = port
        self.root = f"http://127.0.0.1:{port}"

    def call(self, method: str, path: str, body: bytes | None = None) -> tuple[int, str]:
        """Return status and body."""
        request = urllib.request.Request(self.root + path, data=body, method=method)  # noqa: S310 - our own port
        request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - our own port
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def json(self, method: str, path: str, value: object = None) -> tuple[int, Any]:
        """Return status and body as plain values; a text is sent as it is."""
        text = value if isinstance(value, str) else json.dumps(value)
        body = None if value is None else text.encode()
        status, answer = self.call(method, path, body)
        return status, json.loads(answer)

    def post(self, scenario: cc.Scenario) -> str:
        """Return the id of a scenario that was taken."""
        status, answer = self.json("POST", "/scenarios", cc.to_json(scenario))
        assert status == 201, answer
        return answer["id"]


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Return a client of a service that keeps three scenarios, 40 kB, 20 units, 5 rows."""
    module = service()
    app = module.create_app(module.Limits(body=40_000, units=20, rows=5, stored=3))
    taken = socket.socket()
    taken.bind(("127.0.0.1", 0))
    taken.listen()  # from now on a call waits instead of being refused
    config = module.uvicorn.Config(app, log_level="warning", ws="none", lifespan="off")
    server = module.uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [taken]}, daemon=True)
    thread.start()
    yield Client(taken.getsockname()[1])
    server.should_exit = True
    thread.join(timeout=30)
    taken.close()
    assert not thread.is_alive()


def scenario(**changes: Any) -> cc.Scenario:  # noqa: ANN401 - any field
    """Return the tiny scenario: 100 people by eligible people over ten days, seen on the fifth."""
    first = cc.Scenario(
        campaign=tiny(), weights=cc.weights.eligible, over="drive", by="day", as_of="2026-06-05"
    )
    return cc.vary(first, **changes)


def test_a_scenario_is_posted_and_its_allocation_got(client: Client) -> None:
    """A hundred people by 500, 300 and 200 eligible people are 50, 30 and 20."""
    status, answer = client.json("POST", "/scenarios", cc.to_json(scenario()))
    assert status == 201
    assert answer == {"id": answer["id"], "campaign": "Tiny campaign", "units": 3, "total": 100}
    status, table = client.json("GET", f"/scenarios/{answer['id']}/allocation")
    assert status == 200
    assert {row["unit"]: row["share"] for row in table["rows"]} == {"a": 50, "b": 30, "c": 20}
    assert {row["cap"] for row in table["rows"]} == {150, 90, 60}
    assert {row["floor"] for row in table["rows"]} == {None}


def test_reports_are_put_and_progress_and_bulletin_got(client: Client) -> None:
    """Half of ten days is over: Ash did 30 of 25 planned, Birch 10 of 15, Cedar 5 of 10."""
    key = client.post(scenario())
    reports = {"figures": "new", "rows": JULY_ROWS}
    status, answer = client.json("PUT", f"/scenarios/{key}/reports", reports)
    assert (status, answer) == (200, {"counted": 3, "problems": []})
    status, table = client.json("GET", f"/scenarios/{key}/progress")
    assert status == 200
    assert {row["unit"]: (row["done"], row["planned"]) for row in table["rows"]} == {
        "a": (30, 25),
        "b": (10, 15),
        "c": (5, 10),
    }
    assert table["rows"][0]["reports_expected"] is None  # missing is null, never 0
    assert any("completeness" in line for line in table["basis"])
    status, page = client.call("GET", f"/scenarios/{key}/bulletin?lang=zh")
    assert status == 200
    assert "甲县" in page
    assert "default-src 'none'" in page


def test_rows_that_do_not_count_are_named(client: Client) -> None:
    """An unknown unit and a date that is none come back with their place, the others count."""
    rows = [*JULY_ROWS, {"unit": "Nowhere", "date": "2026-06-05", "persons": 7}]
    rows.append({"unit": "a", "date": "soon", "persons": 1})
    key = client.post(scenario())
    status, answer = client.json(
        "PUT", f"/scenarios/{key}/reports", {"figures": "new", "rows": rows}
    )
    assert status == 200
    assert answer["counted"] == 3
    found = " ".join(problem["found"] for problem in answer["problems"])
    assert "Nowhere" in found
    assert "soon" in found


def test_progress_before_reports_says_what_is_missing(client: Client) -> None:
    """Without reports, or without a day, there is nothing to track: 409, with the way out."""
    for asked, missing in ((scenario(), "reports"), (scenario(as_of=None), "as_of")):
        status, answer = client.json("GET", f"/scenarios/{client.post(asked)}/progress")
        assert status == 409
        assert [(p["where"], p["found"]) for p in answer["problems"]] == [(missing, "none")]


def changed(path: str, value: object) -> str:
    """Return the JSON of the tiny scenario with another value at a dotted path."""
    plain = json.loads(cc.to_json(scenario()))
    inner, (*way, last) = plain, path.split(".")
    for key in way:
        inner = inner[int(key)] if isinstance(inner, list) else inner[key]
    inner[int(last) if isinstance(inner, list) else last] = value
    return json.dumps(plain)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ("", "Expecting value"),
        ("{", "Expecting property name"),
        ('{"a": 1, "a": 2}', "stands twice"),
        ('"/etc/passwd"', "no scenario"),
        ("[" * 10_000, "nested too deep"),
        (changed("method.function", "os.system"), "none of its functions"),
        (changed("method.function", "allocation.apportion.webstar"), "none of its functions"),
        (changed("weights.type", "subprocess.Popen"), "none of its classes"),
        (changed("campaign.units.1.counts.eligible", -5), "-5"),
        (changed("among", "villages"), "villages"),
        (changed("target", 10**30), ""),
        (changed("target", 301), "301"),
        (changed("over", 5), ""),
        (changed("method", {"function": "allocation.apportion.explain"}), ""),
        (changed("campaign", {"date": "2026-01-01"}), "give a Campaign"),
        (changed("floors", [["a", "many"]]), ""),
    ],
)
def test_what_cannot_be_run_is_refused_with_its_problems(
    client: Client, body: str, word: str
) -> None:
    """Broken JSON, unknown functions, classes and values that do not fit are a 422 with data."""
    status, answer = client.json("POST", "/scenarios", body or " ")
    assert status == 422
    assert all(set(one) == {"where", "found", "fix"} for one in answer["problems"])
    assert all(one["fix"] for one in answer["problems"])
    assert word in json.dumps(answer)
    assert "Traceback" not in json.dumps(answer)


def test_all_mistakes_of_a_campaign_come_at_once(client: Client) -> None:
    """Two counts that are none are two problems, each with its unit."""
    plain = json.loads(cc.to_json(scenario()))
    plain["campaign"]["units"][1]["counts"]["eligible"] = -1
    plain["campaign"]["units"][2]["counts"]["eligible"] = "many"
    status, answer = client.json("POST", "/scenarios", plain)
    assert status == 422
    assert len(answer["problems"]) == 2
    assert "units[1]" in answer["problems"][0]["where"]
    assert "units[2]" in answer["problems"][1]["where"]


@pytest.mark.parametrize(
    ("reports", "where"),
    [
        ("/etc/passwd", "body"),
        ({"figures": "new", "rows": "/etc/passwd"}, "body.rows"),
        ({"figures": "new", "rows": [], "path": "/etc/passwd"}, "body.path"),
        ({"figures": "old", "rows": []}, "body.figures"),
        ({"figures": "new", "rows": [{"unit": "a", "date": "2026-06-05", "persons": 1.5}]}, "body"),
        ({"figures": "new", "rows": [{"unit": "u" * 301, "date": "1", "persons": 1}]}, "body.rows"),
    ],
)
def test_reports_that_are_none_are_refused(client: Client, reports: object, where: str) -> None:
    """A path, an unknown key, a wrong word and half a person are a 422 that names the place."""
    key = client.post(scenario())
    status, answer = client.json("PUT", f"/scenarios/{key}/reports", json.dumps(reports))
    assert status == 422
    assert answer["problems"][0]["where"].startswith(where)


OPENED: list[str] = []
"""Every file that Python opens while `WATCHING` holds anything."""
WATCHING: list[bool] = []


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note each file that is opened; an audit hook can be added and never taken away."""
    if WATCHING and event == "open":
        OPENED.append(str(arguments[0]))


def test_no_path_from_a_client_is_opened(client: Client, tmp_path: Path) -> None:
    """A file that is named wherever a text can stand is never opened, not even to look at it."""
    secret = tmp_path / "secret.csv"
    secret.write_text("unit,date,persons\na,2026-06-05,7\n", encoding="utf-8")
    key = client.post(scenario())
    row = {"unit": str(secret), "date": str(secret), "persons": 1}
    sys.addaudithook(watch)
    WATCHING.append(True)
    try:
        client.json("PUT", f"/scenarios/{key}/reports", {"figures": "new", "rows": [row]})
        client.json("PUT", f"/scenarios/{key}/reports", {"figures": "new", "rows": str(secret)})
        client.json("POST", "/scenarios", json.dumps(str(secret)))
        for field in ("campaign", "weights", "among", "target", "over", "as_of", "scheme"):
            client.json("POST", "/scenarios", changed(field, str(secret)))
        secret.read_text(encoding="utf-8")  # the watch itself works
    finally:
        WATCHING.clear()
    assert OPENED.count(str(secret)) == 1


def test_sizes_are_bounded(client: Client) -> None:
    """Too many bytes, units or rows are a 413; also where no length is announced."""
    status, answer = client.json("POST", "/scenarios", '"' + "x" * 50_000 + '"')
    assert (status, answer["problems"][0]["where"]) == (413, "body")
    more = [*tiny().units, *(Unit(f"x{n}", "More", "county", parent="city") for n in range(20))]
    wide = scenario(campaign=cc.vary(tiny(), units=more))
    status, answer = client.json("POST", "/scenarios", cc.to_json(wide))
    assert (status, answer["problems"][0]["found"]) == (413, "26 units")
    reports = {"figures": "new", "rows": JULY_ROWS * 2}
    status, answer = client.json("PUT", f"/scenarios/{client.post(scenario())}/reports", reports)
    assert (status, answer["problems"][0]["found"]) == (413, "6 rows")
    connection = HTTPConnection("127.0.0.1", client.port, timeout=60)
    chunks = iter([b"x" * 10_000] * 10)
    connection.request("POST", "/scenarios", body=chunks, encode_chunked=True)
    assert connection.getresponse().status == 413
    connection.close()


def test_an_unknown_way_is_a_problem_too(client: Client) -> None:
    """An id that is not there, a page that is not there and a wrong method answer with data."""
    for method, path, status in (
        ("GET", "/scenarios/..%2f..%2fetc%2fpasswd/allocation", 404),
        ("GET", "/scenarios/nobody/allocation", 404),
        ("GET", "/etc/passwd", 404),
        ("DELETE", "/scenarios", 405),
        ("GET", f"/scenarios/{client.post(scenario())}/bulletin?lang=de", 422),
    ):
        found, answer = client.json(method, path, None)
        assert found == status
        assert answer["problems"][0]["fix"]


def test_hostile_names_stay_text(client: Client) -> None:
    """A unit called like a script is escaped in the page and whole in the data."""
    script = "<script>alert(1)</script>"
    units = [cc.vary(unit, label=script) if unit.code == "a" else unit for unit in tiny().units]
    key = client.post(scenario(campaign=cc.vary(tiny(), units=units)))
    client.json("PUT", f"/scenarios/{key}/reports", {"figures": "new", "rows": JULY_ROWS[:1]})
    _, table = client.json("GET", f"/scenarios/{key}/allocation")
    assert table["rows"][0]["name"] == script
    status, page = client.call("GET", f"/scenarios/{key}/bulletin")
    assert status == 200
    assert "<script" not in page
    assert "&lt;script" in page


def test_the_least_recently_used_scenario_goes(client: Client) -> None:
    """Three are kept: the one that was used again stays, the one that was not goes."""
    first, second, third = (client.post(scenario()) for _ in range(3))
    assert client.json("GET", f"/scenarios/{first}/allocation")[0] == 200
    fourth = client.post(scenario())
    kept = [
        client.json("GET", f"/scenarios/{key}/allocation")[0]
        for key in (first, second, third, fourth)
    ]
    assert kept == [200, 404, 200, 200]


def test_many_clients_at_once_get_their_own_answers(client: Client) -> None:
    """Two scenarios, 24 requests in eight threads: every answer is the one of its scenario."""
    keys = {100: client.post(scenario()), 200: client.post(scenario(target=200))}
    asked = [total for _ in range(12) for total in keys]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda total: client.json("GET", f"/scenarios/{keys[total]}/allocation"), asked
            )
        )
    assert [status for status, _ in answers] == [200] * len(asked)
    totals = [sum(row["share"] for row in table["rows"]) for _, table in answers]
    assert totals == asked


def test_two_hundred_allocations_at_once_are_all_answered(client: Client) -> None:
    """Nobody is turned away for what takes no picture."""
    key = client.post(scenario())
    with ThreadPoolExecutor(200) as pool:
        asked = [f"/scenarios/{key}/allocation"] * 200
        answers = list(pool.map(lambda path: client.call("GET", path)[0], asked))
    assert answers == [200] * 200


def test_of_many_bulletins_at_once_some_are_drawn_and_the_others_told_to_come_again() -> None:
    """Forty requests for as many pages: eight wait for their turn, 32 are refused as data.

    Once a page is drawn it is given to everybody, while others are being drawn too.
    """
    module = service()
    drawn, begin = [], threading.Event()
    pages = module.Pages(64, 8)

    def made(name: str) -> str:
        begin.wait(30)
        drawn.append(name)
        return name

    def asked(number: int) -> str:
        try:
            return pages.of(f"page {number}", lambda: made(f"page {number}"))
        except module.RefusedError as error:
            return f"refused: {error.status}"

    with ThreadPoolExecutor(40) as pool:
        waiting = [pool.submit(asked, number) for number in range(40)]
        while sum(one.done() for one in waiting) < 32:
            pass
        begin.set()
        answers = [one.result(timeout=30) for one in waiting]
    assert answers.count("refused: 503") == 32
    assert len(drawn) == 8
    again = [int(name.removeprefix("page ")) for name in drawn]
    assert [asked(number) for number in again] == drawn
    assert len(drawn) == 8
    refusal = module._answer(503, [cc.Problem("bulletin", "too many", "come again")])
    assert refusal.headers["retry-after"] == "5"
    assert refusal.headers["content-type"] == "application/json"


def test_posts_at_once_never_keep_more_than_the_bound(client: Client) -> None:
    """Twelve posts in six threads: every one is answered, and three of them are kept."""
    with ThreadPoolExecutor(6) as pool:
        keys = list(pool.map(lambda _: client.post(scenario()), range(12)))
    assert len(set(keys)) == 12
    kept = [client.json("GET", f"/scenarios/{key}/allocation")[0] for key in keys]
    assert sorted(kept) == [200] * 3 + [404] * 9


def test_the_description_of_the_service_is_complete(client: Client) -> None:
    """OpenAPI names the five ways, their bodies and their answers; every reference resolves."""
    status, described = client.json("GET", "/openapi.json")
    assert status == 200
    ways = {(path, method) for path, item in described["paths"].items() for method in item}
    assert ways == {
        ("/scenarios", "post"),
        ("/scenarios/{key}/reports", "put"),
        ("/scenarios/{key}/allocation", "get"),
        ("/scenarios/{key}/progress", "get"),
        ("/scenarios/{key}/bulletin", "get"),
    }
    post = described["paths"]["/scenarios"]["post"]
    assert post["requestBody"]["required"] is True
    assert set(post["responses"]) == {"201", "400", "404", "409", "413", "422", "503"}
    for name in set(json.dumps(described).split("#/components/schemas/")[1:]):
        assert name.split('"')[0] in described["components"]["schemas"]
    problems = described["components"]["schemas"]["ProblemOut"]
    assert set(problems["required"]) == {"where", "found", "fix"}


def test_the_command_line_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """--help says what it serves and ends with 0; an unknown option ends with 2."""
    for arguments, code in ((["--help"], 0), (["--nonsense"], 2)):
        with pytest.raises(SystemExit) as ended:
            service().main(arguments)
        assert ended.value.code == code
    assert "--port" in capsys.readouterr().out


def places(plain: object, way: tuple[str, ...] = ()) -> Iterator[str]:
    """Yield the dotted path of everything inside plain values."""
    if way:
        yield ".".join(way)
    if isinstance(plain, list):
        plain = dict(enumerate(plain))
    if isinstance(plain, dict):
        for key, value in plain.items():
            yield from places(value, (*way, str(key)))


PLACES = sorted(places(json.loads(cc.to_json(scenario()))))
ODD = st.sampled_from(
    [
        *(None, True, -1, 10**30, 1.5, "", "a", "2026-01-01", [], ["a"], [["a", 1]], {}),
        *({"float": "nan"}, {"fraction": "1/3"}, {"missing": "NA"}, {"frame": {}}),
        *({"date": "2026-06-05"}, {"table": [["a", 1]]}, {"function": "allocation.curves.spread"}),
        *({"function": "allocation.apportion.explain"}, {"type": "allocation.weights.Equal"}),
    ]
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(PLACES), ODD)
def test_whatever_is_changed_the_answer_is_a_scenario_or_problems(
    client: Client, place: str, value: object
) -> None:
    """Any value at any place of a scenario: taken, or refused with problems; never a crash."""
    status, answer = client.json("POST", "/scenarios", changed(place, value))
    assert status in {201, 413, 422}, answer
    assert ("id" in answer) == (status == 201)
    assert status == 201 or answer["problems"]
