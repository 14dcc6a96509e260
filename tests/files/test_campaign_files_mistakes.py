import pickle
from pathlib import Path

import pytest

import coverage_campaign.files.text as bounds
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.files.campaigns import load_campaign, load_case
from coverage_campaign.files.json_values import from_json, to_json
from coverage_campaign.model.readings import Readings

SOUND = """
schema = 1
code = "spring"
label = "Spring campaign"
year = 2026
eligible = "adults"

[[measures]]
code = "adults"
label = "Adults"

[[breakdowns]]
code = "counties"
label = "Counties"
kinds = "county"

[[units]]
code = "330000"
label = { en = "City", zh-Hans = "城市" }
kind = "city"

[[units]]
code = "330104"
label = "Ash"
kind = "county"
parent = "330000"
counts = { adults = 500 }

[[targets]]
kind = "coverage"
code = "coverage"
label = "80 %"
to = "80%"
rise = "10%"
clause = "1"

[[targets]]
kind = "headcount"
code = "people"
label = "100 people"
persons = 100
within = "drive"

[[phases]]
code = "drive"
label = "Drive"
starts = "06-01"
ends = "09-30"

[[phases.activities]]
code = "leaflets"
label = "Leaflets"
starts = "06-01"

[[questions]]
code = "increase"
text = "Points or ratio?"
suggested = "points"

[scheme]
code = "simple"
"""


def problems_of(tmp_path: Path, *changes: tuple[str, str]) -> list[str]:
    """Return the problems of the sound file with some texts changed, one line each."""
    text = SOUND
    for old, new in changes:
        assert text.count(old) >= 1, old
        text = text.replace(old, new, 1)
    path = tmp_path / "spring.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_campaign(path)
    return [str(problem) for problem in caught.value.problems]


def test_the_sound_file_loads(tmp_path: Path) -> None:
    """The file that the other tests break is sound as it stands."""
    path = tmp_path / "spring.toml"
    path.write_text(SOUND, encoding="utf-8")
    campaign = load_campaign(path)
    assert campaign.unit("330104").count("adults") == 500
    assert campaign.readings == Readings(increase="points", suggested=Readings(increase="points"))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "adults = 500",
            "adults = -40",
            "units[1] '330104'.counts.adults: -40 -- a count is a whole number, 0 or more",
        ),
        (
            "adults = 500",
            "adults = true",
            "units[1] '330104'.counts.adults: true -- a count is a whole number, 0 or more",
        ),
        (
            "adults = 500",
            "adults = 5.5",
            "units[1] '330104'.counts.adults: 5.5 -- a count is a whole number, 0 or more",
        ),
        (
            'parent = "330000"',
            'parent = "33000"',
            "units[1] '330104'.parent: no '33000' in units -- did you mean '330000'?",
        ),
        (
            'kinds = "county"',
            'kind = "county"',
            "breakdowns[0] 'counties'.kind: unknown key -- did you mean 'kinds'?",
        ),
        (
            'kind = "coverage"',
            'kind = "covrage"',
            "targets[0] 'coverage'.kind: 'covrage' -- did you mean 'coverage'?",
        ),
        (
            "persons = 100",
            'persons = "100"',
            "targets[1] 'people'.persons: '100' -- give a whole number, without quotes or point",
        ),
        (
            'to = "80%"',
            'to = "most"',
            "targets[0] 'coverage'.to: 'most' -- give a rate as text, such as ",
        ),
        (
            'to = "80%"',
            "to = 80",
            "targets[0] 'coverage'.to: 80 -- write '80%' or '0.8'",
        ),
        (
            'code = "simple"',
            """code = "simple"
[[scheme.items]]
code = "a"
label = "A"
weight = 100
rule = { per_pont = "0.5" }""",
            "scheme.items[0] 'a'.rule.per_pont: unknown key -- did you mean 'per_point'?",
        ),
        (
            'ends = "09-30"',
            'ends = "09-31"',
            "phases[0] 'drive'.ends: '09-31' -- no year has such a day",
        ),
        (
            'ends = "09-30"',
            "ends = 2026-05-31",
            (
                "phases[0] 'drive'.ends: 2026-05-31 comes before 2026-06-01 -- a phase ends on or "
                "after its first day"
            ),
        ),
        (
            'starts = "06-01"',
            "starts = 2025-12-26",
            (
                "phases[0] 'drive': 2025-12-26 to 2026-09-30 in a campaign of 2026 -- give the "
                "year of its first phase: year = 2025"
            ),
        ),
        (
            'code = "leaflets"',
            'cod = "leaflets"',
            "phases[0] 'drive'.activities[0].cod: unknown key -- did you mean 'code'?",
        ),
        (
            'suggested = "points"',
            'suggested = "pionts"',
            "questions[0] 'increase'.suggested: 'pionts' -- did you mean 'points'?",
        ),
        (
            'code = "increase"',
            'code = "increse"',
            "questions[0] 'increse'.code: no such reading -- did you mean 'increase'?",
        ),
        (
            'code = "330104"',
            'code = "330000"',
            "units[1] '330000'.code: the code of units[0] too -- a code names one part",
        ),
        (
            "counts = { adults",
            "counts = { adlts",
            "units[1] '330104'.counts.adlts: no 'adlts' in measures -- did you mean 'adults'?",
        ),
        (
            'kind = "headcount"',
            "",
            (
                "targets[1] 'people'.kind: missing -- write kind = one of headcount, coverage "
                "and money"
            ),
        ),
        (
            "[scheme]",
            "[reporting]\ndue_day = 45\n[scheme]",
            "reporting.due_day: 45 -- give 1 to 31",
        ),
        (
            "[[measures]]",
            "[measures]\ncode = 1\n[[measures]]",
            "line 10 column 11: no sound TOML: Cannot overwrite a value -- a key occurs twice",
        ),
        (
            'kind = "city"',
            'kind = "city',
            "line 20 column 13: no sound TOML: Illegal character",
        ),
        (
            "year = 2026",
            "year = 12",
            "year: 12 -- give a year of four digits, such as 2008",
        ),
        (
            "year = 2026",
            "",
            "year: missing -- add year = ..., or pass year= where the source names none",
        ),
        ("schema = 1", "schema = 2", "schema: 2 -- write schema = 1, the version that this"),
        ("[scheme]", "[[scheme]]", "scheme: a list of 1 -- give a table with code, award_bar"),
        ('label = "Ash"', "label = 5", "units[1] '330104'.label: 5 -- give a text, or texts by"),
        ('clause = "1"', "clause = 1", "targets[0] 'coverage'.clause: 1 -- give text in quotes"),
    ],
)
def test_a_mistake_has_its_place_and_a_way_out(
    tmp_path: Path, old: str, new: str, problem: str
) -> None:
    """Each mistake is named as `file: place: what was found -- the way out`."""
    found = problems_of(tmp_path, (old, new))
    assert any(line.startswith(f"spring.toml: {problem}") for line in found), found


def test_mistakes_of_every_kind_come_at_once(tmp_path: Path) -> None:
    """A wrong value, a slip in a key and a reference to nothing are in one error."""
    found = problems_of(
        tmp_path,
        ("adults = 500", "adults = -40"),
        ('within = "drive"', 'within = "drvie"'),
        ("[[measures]]", "[[measure]]"),
        ('kinds = "county"', ""),
        ('starts = "06-01"', 'starts = "13-01"'),
    )
    places = [line.split(": ")[1] for line in found]
    assert places == [
        "units[1] '330104'.counts.adults",
        "breakdowns[0] 'counties'.kinds",
        "phases[0] 'drive'.starts",
        "measure",
        "targets[1] 'people'.within",
    ]


def test_a_code_as_a_number_is_one_mistake(tmp_path: Path) -> None:
    """A code without quotes is wrong once, and not again at each place that refers to it."""
    found = problems_of(tmp_path, ('code = "330000"', "code = 330000"))
    assert found == ["spring.toml: units[0].code: 330000 -- give text in quotes"]


def test_the_error_is_data_and_crosses_a_process(tmp_path: Path) -> None:
    """A service reads place, found and way out, also from an error that was pickled."""
    path = tmp_path / "spring.toml"
    path.write_text(SOUND.replace("adults = 500", "adults = -40"), encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_campaign(path)
    expected = Problem(
        "spring.toml: units[1] '330104'.counts.adults",
        "-40",
        "a count is a whole number, 0 or more",
    )
    assert caught.value.problems == (expected,)
    assert pickle.loads(pickle.dumps(caught.value)).problems == (expected,)  # noqa: S301 - our own


def test_an_unknown_year_is_never_guessed() -> None:
    """A case whose source names no year asks for one; a given year is marked as the caller's."""
    with pytest.raises(TypeError, match="needs year="):
        load_case("hengyang")
    assert load_case("hengyang", year=2009).year == 2009
    assert not load_case("hengyang", year=2009).year_stated
    assert load_case("us-vaccination-2021").year_stated


def test_a_year_beside_that_of_the_source_is_refused(tmp_path: Path) -> None:
    """A file that states 2026 is not read as 2027; one that states none, or not its own, is."""
    path = tmp_path / "spring.toml"
    path.write_text(SOUND, encoding="utf-8")
    assert load_campaign(path, year=2026).year_stated
    with pytest.raises(DefinitionError, match="year=2027, but the source states 2026"):
        load_campaign(path, year=2027)
    with pytest.raises(DefinitionError, match="year=2022, but the source states 2020"):
        load_case("us-vaccination-2021", year=2022)
    path.write_text(SOUND.replace("year = 2026", "year = 2026\nyear_stated = false"))
    assert not load_campaign(path, year=2027).year_stated
    path.write_text(SOUND.replace("year = 2026", ""), encoding="utf-8")
    assert load_campaign(path, year=2027).window("drive").first.year == 2027


def test_suggested_readings_hold_until_the_caller_chooses() -> None:
    """By default the suggested readings hold and are marked; Readings() chooses none."""
    suggested = load_case("hengyang", year=2008)
    assert suggested.readings.increase == "points"
    assert suggested.readings.is_suggested("increase")
    assert suggested.open_questions == ()
    none = load_case("hengyang", year=2008, readings=Readings())
    assert len(none.open_questions) == len(none.questions) > 10
    chosen = load_case("hengyang", year=2008, readings=Readings(increase="points"))
    assert not chosen.readings.is_suggested("increase")


def test_a_file_with_readings_has_those_alone(tmp_path: Path) -> None:
    """An empty [readings] table leaves every question open; the suggestion stays known."""
    path = tmp_path / "spring.toml"
    path.write_text(SOUND + "\n[readings]\n", encoding="utf-8")
    readings = load_campaign(path).readings
    assert readings == Readings(suggested=Readings(increase="points"))


def test_a_name_with_a_slip_is_recognised() -> None:
    """An unknown case names the nearest one."""
    with pytest.raises(DefinitionError, match="did you mean 'hengyang'"):
        load_case("henyang", year=2008)


# -- odd and large files ---------------------------------------------------------------------------


NONSENSE = {
    "nested lists of 1 MB": "a = " + "[" * 1_000_000,
    "nested tables of 1 MB": "a = " + "{a = " * 200_000,
    "one key of 500,000 parts": ".".join("a" * 500_000) + " = 1",
    "a table of 500,000 parts": "[" + ".".join("a" * 500_000) + "]",
    "a number of 1,000,000 digits": "year = " + "9" * 1_000_000,
    "10 MB of one word": "a" * 10_000_000,
    "10 MB of lines": "x\n" * 5_000_000,
    "zero bytes": "\0" * 1000,
    "10 MB of text in a key": f'schema = 1\n"{"k" * 10_000_000}" = 1',
    "10 MB of text in a value": f'schema = 1\ncode = "{"k" * 10_000_000}"',
    "200,000 unknown keys": "schema = 1\n" + "".join(f"k{n} = 1\n" for n in range(200_000)),
    "deep tables below a known key": "schema = 1\n" + "units = " + "[" * 300 + "]" * 300,
    "nothing": "",
    "a rate that is a huge power": SOUND.replace('to = "80%"', "to = 1e999999999"),
    "a text rate that is a huge power": SOUND.replace('to = "80%"', 'to = "1e999999999"'),
    "a scheme with a huge power": SOUND + "full = 1e999999999\n",
}


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense_has_a_clear_answer(tmp_path: Path, name: str) -> None:
    """However odd or large a file is, the answer is a short DefinitionError with its name."""
    path = tmp_path / "odd.toml"
    path.write_text(NONSENSE[name], encoding="utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_campaign(path)
    text = str(caught.value)
    assert "odd.toml" in text
    assert len(text) < 200_000
    assert all(len(str(problem)) < 1_000 for problem in caught.value.problems)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"a":' * 1_000_000,
        "9" * 1_000_000,
        '{"fraction": "1e999999999"}',
        '{"fraction": "1/0"}',
        '{"decimal": "sNaN"}',
        '{"type": "campaign"}',
        '{"type": ["campaign"]}',
        '{"frame": {"a": {"dtype": "int64", "values": ["x"]}}}',
        "",
        "NaN",
        '{"a": 1, "a": 2}',
    ],
)
def test_nonsense_json_has_a_clear_answer(text: str) -> None:
    """A text that is no value of the library is refused in words, and nothing else escapes."""
    with pytest.raises(DefinitionError) as caught:
        from_json(text)
    assert len(str(caught.value)) < 1_000


def test_a_file_beyond_the_bound_is_refused_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is larger than any campaign is refused by its size."""
    monkeypatch.setattr(bounds, "MOST_BYTES", 1024)
    path = tmp_path / "large.toml"
    path.write_text("x" * 2048)
    with pytest.raises(DefinitionError, match=r"large\.toml: .* MB -- a campaign file has at most"):
        load_campaign(path)


@pytest.mark.parametrize(
    ("content", "found"),
    [(b'schema = 1\ncode = "\xff"\n', "line 2 is no UTF-8 text"), (None, "no such file")],
)
def test_what_cannot_be_read_is_said(tmp_path: Path, content: bytes | None, found: str) -> None:
    """Bytes that are no UTF-8 and a file that is not there are said with the place."""
    path = tmp_path / "odd.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DefinitionError, match=found):
        load_campaign(path)
    with pytest.raises(DefinitionError, match="a folder"):
        load_campaign(tmp_path)


def test_a_byte_order_mark_and_windows_lines_are_read(tmp_path: Path) -> None:
    """A file that a Windows editor saved is the same campaign."""
    path = tmp_path / "spring.toml"
    path.write_text(SOUND, encoding="utf-8")
    expected = load_campaign(path)
    path.write_bytes(b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode())
    assert load_campaign(path) == expected


def file_of_units(path: Path, number: int, broken: str) -> Path:
    """Return a file of so many units, each with the same line more."""
    units = "".join(
        f'[[units]]\ncode = "{n:06}"\nlabel = "U"\nkind = "county"\n{broken.format(n)}\n'
        for n in range(number)
    )
    head = 'schema = 1\ncode = "c"\nlabel = "C"\nyear = 2026\n'
    path.write_text(head + units, encoding="utf-8")
    return path


@pytest.mark.slow
def test_a_hundred_thousand_units_are_read(tmp_path: Path) -> None:
    """A campaign of 100,000 units is read and has them all."""
    path = file_of_units(tmp_path / "many.toml", 100_000, "")
    assert len(load_campaign(path).units) == 100_000


@pytest.mark.parametrize("broken", ['parent = "x{}"', 'kidn{} = "county"', "clause = {}"])
def test_a_mistake_in_each_of_many_units_has_a_bounded_answer(tmp_path: Path, broken: str) -> None:
    """Of 10,000 mistakes the first thousand are named, and the others are counted."""
    with pytest.raises(DefinitionError) as caught:
        load_campaign(file_of_units(tmp_path / "many.toml", 10_000, broken))
    assert len(caught.value.problems) == 1_001
    assert "9,000 more" in caught.value.problems[-1].found


# -- functions and classes by name -----------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["os.system", "builtins.eval", "files.text.read_text", "allocation.apportion.nothing", "x"],
)
def test_a_foreign_function_is_refused_by_name(name: str) -> None:
    """A text that names a function outside the library's own list is refused with that name."""
    with pytest.raises(DefinitionError, match=f"'{name}' is none of its functions"):
        from_json(f'{{"function": "{name}"}}')


@pytest.mark.parametrize("name", ["os.path", "subprocess.Popen", "files.shapes.Inline", "model"])
def test_a_foreign_class_is_refused_by_name(name: str) -> None:
    """A text that names a class that is no value of the library is refused with that name."""
    with pytest.raises(DefinitionError, match=f"'{name}' is none of its classes"):
        from_json(f'{{"type": "{name}"}}')


def test_a_function_of_the_library_comes_back_by_name() -> None:
    """A method is written as its name and comes back as the very function."""
    from coverage_campaign.allocation.apportionment.methods import webster  # one test needs it

    assert "apportion.webster" in to_json(webster)
    assert from_json(to_json(webster)) is webster


def test_a_function_of_the_caller_is_refused_by_name() -> None:
    """A function that the caller wrote has no name in a text and is refused with its own."""

    def mine() -> None:
        pass

    with pytest.raises(DefinitionError, match="mine"):
        to_json(mine)
