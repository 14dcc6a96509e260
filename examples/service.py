"""A service around the library: POST a scenario, GET its allocation, progress and bulletin.

    python examples/service.py --port 8000        # needs the extra `service`

    POST /scenarios                    what cc.to_json(scenario) writes -> its id
    PUT  /scenarios/{id}/reports       figures of the units, row by row
    GET  /scenarios/{id}/allocation    who does how much
    GET  /scenarios/{id}/progress      how far each unit is
    GET  /scenarios/{id}/bulletin      the page that is read, in English or Chinese

A bulletin is drawn once and kept by the digest of what it was made of. Where many ask for others at
once, those that cannot wait for their turn are told to come again (503, Retry-After).

An error is data: {"problems": [{"where": …, "found": …, "fix": …}]}, all problems at once. What
a client sends is read as values and never as a path, a class or a piece of code. Body, units, rows
and stored scenarios are bounded; the store is in memory, locked, and lets the least recently used
scenario go. Ids cannot be guessed, but whoever knows one may read it: put a proxy with names,
passwords and TLS in front before you put it on a network.
"""

import argparse
import secrets
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Annotated, Any, Literal, TypeVar

import attrs
import pandas as pd
import uvicorn
from fastapi import Body, FastAPI, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

import coverage_campaign as cc

RETRY_AFTER = 5
"""Seconds after which a client may ask for a bulletin again."""
Result = TypeVar("Result")
Cell = str | int | float | bool | None


@attrs.frozen(kw_only=True)
class Limits:
    """How much a client may ask for: bytes of a body, units, rows, scenarios that are kept.

    `drawing` are the bulletins that are made or wait for their turn at one time; `pages` those that
    are kept.
    """

    body: int = 4 * 2**20
    units: int = 5_000
    rows: int = 50_000
    stored: int = 100
    drawing: int = 8
    pages: int = 64


class ProblemOut(BaseModel):
    """One thing that is wrong: where it stands, what was found there, the way out."""

    where: str
    found: str
    fix: str


class ProblemsOut(BaseModel):
    """Everything that is wrong with a request."""

    problems: list[ProblemOut]


class ScenarioOut(BaseModel):
    """A stored scenario: its id for the other calls, and what it shares out."""

    id: str
    campaign: str
    units: int
    total: int


class TableOut(BaseModel):
    """A result: its rows (a missing figure is null, never 0) and what it rests on."""

    rows: list[dict[str, Cell]]
    basis: list[str]


class FigureIn(BaseModel):
    """One figure of a unit: code or name of the unit, day or month, persons, channel if known."""

    model_config = ConfigDict(extra="forbid")

    unit: str = Field(max_length=300)
    date: str = Field(max_length=40)
    persons: int
    channel: str | None = Field(default=None, max_length=300)


class ReportsIn(BaseModel):
    """The figures of a campaign: new persons of each date, or running totals."""

    model_config = ConfigDict(extra="forbid")

    figures: Literal["new", "cumulative"]
    rows: list[FigureIn]


class ReportsOut(BaseModel):
    """How many rows were counted, and every row that was not, with its reason."""

    counted: int
    problems: list[ProblemOut]


class RefusedError(Exception):
    """A request that is answered with problems and a status."""

    def __init__(self, status: HTTPStatus, problems: Iterable[cc.Problem]) -> None:
        """Keep the answer."""
        self.status, self.problems = status, tuple(problems)
        super().__init__(*self.problems)


class Store:
    """The outcomes of scenarios by id; bounded, for many threads, least recently used out first."""

    def __init__(self, most: int) -> None:
        """Keep at most so many."""
        self._most = most
        self._lock = threading.Lock()
        self._outcomes: OrderedDict[str, cc.Outcome] = OrderedDict()

    def put(self, key: str, outcome: cc.Outcome) -> None:
        """Keep an outcome, and let the least recently used one go where there are too many."""
        with self._lock:
            self._outcomes[key] = outcome
            self._outcomes.move_to_end(key)
            while len(self._outcomes) > self._most:
                self._outcomes.popitem(last=False)

    def get(self, key: str) -> cc.Outcome:
        """Return an outcome; an unknown id, or one that had to go, is a 404."""
        with self._lock:
            if key in self._outcomes:
                self._outcomes.move_to_end(key)
                return self._outcomes[key]
        fix = "POST the scenario to /scenarios; the least recently used ones go"
        raise refused(HTTPStatus.NOT_FOUND, "scenario", "no such id", fix)


class Pages:
    """Bulletins by what they were made of; a page is made once, one at a time, few may wait."""

    def __init__(self, most: int, waiting: int) -> None:
        """Keep at most so many pages, and let at most so many requests make or await one."""
        self._most = most
        self._turns = threading.BoundedSemaphore(waiting)
        self._drawing = threading.Lock()  # matplotlib draws one picture at a time
        self._pages: OrderedDict[str, str] = OrderedDict()

    def of(self, digest: str, made: Callable[[], str]) -> str:
        """Return the page of a digest; 503 where too many others wait for their turn."""
        page = self._pages.get(digest)
        if page is not None:
            return page
        if not self._turns.acquire(blocking=False):
            fix = f"ask again in {RETRY_AFTER} seconds"
            raise refused(HTTPStatus.SERVICE_UNAVAILABLE, "bulletin", "too many at once", fix)
        try:
            with self._drawing:
                page = self._pages.get(digest) or made()
                if digest:
                    self._pages[digest] = page
                while len(self._pages) > self._most:
                    self._pages.popitem(last=False)
                return page
        finally:
            self._turns.release()


def digest_of(outcome: cc.Outcome, lang: str) -> str:
    """Return what tells one bulletin from another, '' where that is not known (a function)."""
    record = outcome.record
    if not record.scenario:
        return ""
    return f"{record.version} {record.scenario} {record.data} {lang}"


def refused(status: HTTPStatus, where: str, found: str, fix: str) -> RefusedError:
    """Return the refusal for one problem."""
    return RefusedError(status, [cc.Problem(where, found, fix)])


class Bounded:
    """The service behind a bound: a body that is too large is refused before all of it is read."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        """Let bodies of at most so many bytes through to the service."""
        self._app, self._most = app, most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Read the body, answer 413 as soon as it is too large, else hand it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, more = bytearray(), True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._most:
                fix = f"send at most {self._most:,} bytes"
                problem = cc.Problem("body", "too large", fix)
                await _answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, [problem])(scope, receive, send)
                return
        read: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def again() -> Message:
            return read.pop() if read else await receive()

        await self._app(scope, again, send)


def scenario_of(body: bytes, limits: Limits) -> cc.Scenario:
    """Return the scenario that a body holds."""
    try:
        value = cc.from_json(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise refused(HTTPStatus.BAD_REQUEST, "body", "no UTF-8 text", "send UTF-8") from None
    if not isinstance(value, cc.Scenario) or not isinstance(value.campaign, cc.Campaign):
        fix = "send what cc.to_json(scenario) writes"
        raise refused(HTTPStatus.UNPROCESSABLE_ENTITY, "body", "no scenario", fix)
    units = len(value.campaign.units)
    if units > limits.units:
        found, fix = f"{units:,} units", f"send at most {limits.units:,}"
        raise refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "campaign.units", found, fix)
    return value


def fitting(reckon: Callable[[], Result]) -> Result:
    """Return what is reckoned; parts that do not fit each other are the client's problem."""
    try:
        return reckon()
    except cc.CampaignError:
        raise
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
        fix = "take the text as cc.to_json writes it, and change values alone"
        found = "its parts do not fit each other"
        raise refused(HTTPStatus.UNPROCESSABLE_ENTITY, "scenario", found, fix) from None


def rows_of(frame: pd.DataFrame) -> list[dict[str, Cell]]:
    """Return a frame as rows of plain values: days as ISO text, missing as None."""
    return [
        {str(name): _plain(cell) for name, cell in row.items()} for row in frame.to_dict("records")
    ]


def _plain(cell: Any) -> Cell:  # noqa: ANN401 - a cell of any column
    if pd.isna(cell):
        return None
    return cell.date().isoformat() if isinstance(cell, pd.Timestamp) else cell


def progress_of(outcome: cc.Outcome) -> cc.Progress:
    """Return the progress of an outcome; without reports there is none to show."""
    if outcome.progress is not None:
        return outcome.progress
    missing = "as_of" if outcome.scenario.as_of is None else "reports"
    fix = "POST a scenario with as_of, then PUT its reports to /scenarios/{id}/reports"
    raise refused(HTTPStatus.CONFLICT, missing, "none", fix)


def with_reports(
    outcome: cc.Outcome, given: ReportsIn, limits: Limits
) -> tuple[cc.Outcome, cc.Tally]:
    """Return the outcome of the same scenario with the figures of its units, and their tally."""
    if len(given.rows) > limits.rows:
        found, fix = f"{len(given.rows):,} rows", f"send at most {limits.rows:,}"
        raise refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "rows", found, fix)
    frame = pd.DataFrame(
        [row.model_dump() for row in given.rows], columns=list(FigureIn.model_fields)
    )
    if frame["channel"].isna().all():
        frame = frame.drop(columns="channel")
    scenario = outcome.scenario
    tally = cc.read_reports(
        frame, scenario.campaign, figures=given.figures, by=scenario.by, as_of=scenario.as_of
    )
    return cc.run(scenario, reports=tally), tally


def create_app(limits: Limits | None = None) -> FastAPI:
    """Return the service with a store of its own."""
    bounds = limits or Limits()
    store = Store(bounds.stored)
    pages = Pages(bounds.pages, bounds.drawing)
    errors: dict[int | str, dict[str, Any]] = {
        status.value: {"model": ProblemsOut}
        for status in (
            HTTPStatus.BAD_REQUEST,
            HTTPStatus.NOT_FOUND,
            HTTPStatus.CONFLICT,
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            HTTPStatus.UNPROCESSABLE_ENTITY,
            HTTPStatus.SERVICE_UNAVAILABLE,
        )
    }
    app = FastAPI(title="Coverage campaigns", version=cc.__version__, responses=errors)
    app.add_middleware(Bounded, most=bounds.body)
    for kind in (RefusedError, cc.CampaignError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _on_error)

    body = {
        "required": True,
        "content": {"application/json": {"schema": {"type": "object", "title": "Scenario"}}},
        "description": "A scenario as cc.to_json writes it.",
    }

    @app.post("/scenarios", status_code=HTTPStatus.CREATED, openapi_extra={"requestBody": body})
    async def add_scenario(request: Request) -> ScenarioOut:
        """Run a scenario without reports, keep it and return its id."""
        return await run_in_threadpool(_added, await request.body())

    def _added(body: bytes) -> ScenarioOut:
        scenario = scenario_of(body, bounds)
        outcome = fitting(lambda: cc.run(scenario))
        key = secrets.token_urlsafe(16)
        store.put(key, outcome)
        campaign, units = scenario.campaign, len(outcome.allocation.shares())
        total = outcome.allocation.total
        return ScenarioOut(id=key, campaign=campaign.label.text(), units=units, total=total)

    @app.put("/scenarios/{key}/reports")
    def put_reports(key: str, reports: Annotated[ReportsIn, Body()]) -> ReportsOut:
        """Take the figures of the units in place of those before; each row is counted or named."""
        outcome, tally = fitting(lambda: with_reports(store.get(key), reports, bounds))
        store.put(key, outcome)
        problems = [ProblemOut(where=p.where, found=p.found, fix=p.fix) for p in tally.problems]
        return ReportsOut(counted=tally.rows_in - tally.problems.rows, problems=problems)

    @app.get("/scenarios/{key}/allocation")
    def get_allocation(key: str) -> TableOut:
        """Return each unit's share and what it rests on."""
        allocation = store.get(key).allocation
        return TableOut(rows=rows_of(allocation.to_frame()), basis=list(allocation.basis.lines()))

    @app.get("/scenarios/{key}/progress")
    def get_progress(key: str) -> TableOut:
        """Return how far each unit is at the end of the scenario's as_of."""
        progress = progress_of(store.get(key))
        return TableOut(rows=rows_of(progress.to_frame()), basis=list(progress.basis.lines()))

    @app.get("/scenarios/{key}/bulletin", response_class=HTMLResponse)
    def get_bulletin(key: str, lang: Literal["en", "zh"] = "en") -> HTMLResponse:
        """Return the bulletin as a page that needs nothing else."""
        outcome = store.get(key)
        progress = progress_of(outcome)
        page = pages.of(
            digest_of(outcome, lang), lambda: cc.bulletin(progress, lang=lang).to_html()
        )
        return HTMLResponse(page)

    return app


def _answer(status: int, problems: Iterable[cc.Problem]) -> JSONResponse:
    found = [ProblemOut(where=one.where, found=one.found, fix=one.fix) for one in problems]
    later = status == HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(
        ProblemsOut(problems=found).model_dump(),
        status_code=status,
        headers={"Retry-After": str(RETRY_AFTER)} if later else None,
    )


async def _on_error(request: Request, error: Exception) -> JSONResponse:
    match error:
        case RefusedError():
            return _answer(error.status, error.problems)
        case cc.CampaignError():
            return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, error.problems)
        case RequestValidationError():
            wrong = [(".".join(map(str, one["loc"])), one["msg"]) for one in error.errors()[:100]]
            problems = [
                cc.Problem(where, found, "send what /docs describes") for where, found in wrong
            ]
            return _answer(HTTPStatus.UNPROCESSABLE_ENTITY, problems)
        case HTTPException():
            asked = f"{request.method} {request.url.path}"
            return _answer(error.status_code, [cc.Problem(asked, error.detail, "see /docs")])
    raise error


def main(arguments: list[str] | None = None) -> int:
    """Serve until interrupted; by default for this machine alone."""
    parser = argparse.ArgumentParser(description="Serve scenarios over HTTP.")
    parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
    parser.add_argument("--port", type=int, default=8000, help="the port to listen on")
    given = parser.parse_args(arguments)
    uvicorn.run(create_app(), host=given.host, port=given.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
