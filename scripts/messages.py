"""Keep the catalogues of messages: `python scripts/messages.py update|traditional|table`.

- `update` writes each message of the source into the catalogue of its room, without a translation
  where it is new, and drops what the source no longer says.
- `traditional` makes the zh_Hant catalogues and templates from the zh_Hans ones with OpenCC (s2hk).
- `table` prints how many messages of each kind there are and how many have no translation yet.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final, TypeAlias

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from coverage_campaign.messages.language import LOCALE, read_catalogue

Key: TypeAlias = tuple[str, str]
"""The context ('' without one) and the English text of a message."""

SOURCE: Final = Path(__file__).parents[1] / "src" / "coverage_campaign"
TEMPLATES: Final = SOURCE / "views" / "documents" / "templates"
# Folder of the source -> room; the longest folder that fits decides.
ROOMS: Final = {
    "allocation/apportionment": "kernel",
    "allocation/two_way": "kernel",
    "allocation": "flow",
    "scheduling": "flow",
    "reporting/sheets": "sheets",
    "reporting": "events",
    "progress/forecast": "forecast",
    "progress": "progress",
    "enforcement": "enforcement",
    "assessment": "assessment",
    "scenarios": "scenarios",
    "files": "files",
    "workbooks": "files",
    "views": "views",
    "notebook.py": "views",
    "messages": "views",
    "model": "model",
    "shipped": "model",
    "": "model",
}
# Folder of the source -> the kind of text that it is full of.
KINDS: Final = {
    "model/review": "findings",
    "views/charts": "charts",
    "views/documents": "documents",
    "views/documents/writers": "documents",
    "views/explorer": "explorer",
}
# Calls whose plain texts are messages -> the first argument that is one.
PROBLEMS: Final = {
    "Problem": 1,
    "_Mistake": 1,
    "_no_method": 1,
    "_problem": 1,
    "_wrong": 1,
    "refuse": 3,
    "wrong": 1,
}
_HEADER: Final = """\
msgid ""
msgstr ""
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=UTF-8\\n"
"Content-Transfer-Encoding: 8bit\\n"

"""


def room_of(path: Path) -> str:
    """Return the room whose catalogue holds the messages of a source file."""
    place = path.relative_to(SOURCE).as_posix()
    fitting = [
        folder for folder in ROOMS if folder in ("", place) or place.startswith(f"{folder}/")
    ]
    return ROOMS[max(fitting, key=len)]


def messages_in(path: Path) -> Iterator[tuple[Key, set[str]]]:
    """Yield each message of a source file and the names of its values.

    What is found and the fix of a `Problem` are messages too, where they are plain texts. A message
    that is not written out is an error.
    """
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            called.update(assigned(node.targets[0], node.value, called))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        if name in PROBLEMS:
            for argument in node.args[PROBLEMS[name] :]:
                for text in texts_of(argument, called):
                    yield ("", text), set()
        if name not in ("message", "message_in"):
            continue
        texts = [
            argument.value
            for argument in node.args
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
        ]
        if len(texts) != len(node.args) or len(texts) != (1 if name == "message" else 2):
            sys.exit(f"{path}:{node.lineno}: {name}() takes its English text as it is written")
        names = {keyword.arg or "**" for keyword in node.keywords}
        yield ("", texts[0]) if name == "message" else (texts[0], texts[1]), names


def assigned(
    target: ast.expr, value: ast.expr, called: dict[str, list[ast.expr]]
) -> Iterator[tuple[str, list[ast.expr]]]:
    """Yield the names that an assignment gives and all values that they have in the file so far."""
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for name, part in zip(target.elts, value.elts, strict=True):
            yield from assigned(name, part, called)
    elif isinstance(target, ast.Name):
        yield target.id, [*called.get(target.id, []), value]


def texts_of(argument: ast.expr, called: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Yield the texts that an argument may be: as written, by a condition, by a name; no f-text."""
    match argument:
        case ast.Constant(value=str(text)) if re.search(r"[A-Za-z]{2}", text):
            yield text
        case ast.IfExp(body=first, orelse=other):
            yield from texts_of(first, called)
            yield from texts_of(other, called)
        case ast.Name(id=name) if name in called:
            for value in called[name]:
                yield from texts_of(value, {})


def source_messages() -> dict[Key, str]:
    """Return each message of the source and the room that holds it."""
    found: dict[Key, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for key, _ in messages_in(path):
            found.setdefault(key, room_of(path))
    return found


def source_values() -> dict[Key, set[str]]:
    """Return the names of the values that each message of the source is given somewhere."""
    found: dict[Key, set[str]] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        for key, names in messages_in(path):
            found[key] = found.get(key, set()) | names
    return found


def translations_in(language: str) -> dict[Key, str]:
    """Return what the catalogues of a language have, without empty translations."""
    return {
        (entry.context or "", str(entry.id)): str(entry.string)
        for path in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po"))
        for entry in read_catalogue(path)
        if entry.id and entry.string
    }


def write(language: str, room: str, texts: dict[Key, str]) -> None:
    """Write a catalogue: sorted, without dates and places, so that few lines change at once."""
    catalogue = Catalog(language)
    for (context, msgid), text in sorted(texts.items(), key=lambda item: item[0][::-1]):
        catalogue.add(msgid, text, context=context or None)
    path = LOCALE / language / "LC_MESSAGES" / f"{room}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(_HEADER.format(language=language).encode())
        write_po(file, catalogue, width=0, omit_header=True)


def update() -> None:
    """Bring the zh_Hans catalogues up to date with the source."""
    known = translations_in("zh_Hans")
    by_room: dict[str, dict[Key, str]] = {room: {} for room in ROOMS.values()}
    for key, room in source_messages().items():
        # What is one value alone needs no words in any language.
        alone = re.fullmatch(r"\{[^{}]*\}", key[1])
        by_room[room][key] = known.get(key, "") or (key[1] if alone else "")
    for room, texts in by_room.items():
        write("zh_Hans", room, texts)


def traditional() -> None:
    """Make the zh_Hant catalogues and templates."""
    for room, texts in made_traditional().items():
        write("zh_Hant", room, texts)
    for path, text in traditional_templates().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def traditional_templates() -> dict[Path, str]:
    """Return each template of a long text in traditional Chinese, by its path."""
    import opencc

    convert = opencc.OpenCC("s2hk").convert
    return {
        path.parents[1] / "zh_Hant" / path.name: convert(path.read_text(encoding="utf-8"))
        for path in sorted((TEMPLATES / "zh_Hans").glob("*.jinja"))
    }


def made_traditional() -> dict[str, dict[Key, str]]:
    """Return the messages of each zh_Hans catalogue in traditional Chinese, by OpenCC."""
    import opencc

    convert = opencc.OpenCC("s2hk").convert
    return {
        path.stem: {
            (entry.context or "", str(entry.id)): convert(str(entry.string))
            for entry in read_catalogue(path)
            if entry.id
        }
        for path in sorted((LOCALE / "zh_Hans" / "LC_MESSAGES").glob("*.po"))
    }


def kind_of(path: Path, key: Key, problems: set[str]) -> str:
    """Return what a message is for a reader."""
    folder = path.relative_to(SOURCE).parent.as_posix()
    if folder in KINDS:
        return KINDS[folder]
    return "problems" if key[1] in problems else "notes, explanations, names"


def problem_texts(path: Path) -> set[str]:
    """Return the texts that stand in the problems of a file, written there or by a name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            called.update(assigned(node.targets[0], node.value, called))
    parts = [
        part
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", getattr(node.func, "attr", "")) in PROBLEMS
        for argument in node.args
        for part in (called.get(argument.id, []) if isinstance(argument, ast.Name) else [argument])
    ]
    inner = (node for part in parts for node in ast.walk(part))
    return {str(node.value) for node in inner if isinstance(node, ast.Constant)}


def table() -> None:
    """Print how many messages there are of each kind, and how many have no translation."""
    known = translations_in("zh_Hans")
    kinds: dict[Key, str] = {}
    for path in sorted(SOURCE.rglob("*.py")):
        problems = problem_texts(path)
        for key, _ in messages_in(path):
            kinds.setdefault(key, kind_of(path, key, problems))
    print(f"{'kind of text':<28}{'messages':>10}{'untranslated':>14}")
    for kind in sorted(set(kinds.values())):
        keys = [key for key in kinds if kinds[key] == kind]
        print(f"{kind:<28}{len(keys):>10}{sum(key not in known for key in keys):>14}")
    print(f"{'all':<28}{len(kinds):>10}{sum(key not in known for key in kinds):>14}")
    templates = {path.name for path in (TEMPLATES / "en").glob("*.jinja")}
    lacking = templates - {path.name for path in (TEMPLATES / "zh_Hans").glob("*.jinja")}
    print(f"{'templates of documents':<28}{len(templates):>10}{len(lacking):>14}")


if __name__ == "__main__":
    commands = {"update": update, "traditional": traditional, "table": table}
    chosen = sys.argv[1:]
    if not chosen or any(name not in commands for name in chosen):
        sys.exit(__doc__)
    for name in chosen:
        commands[name]()
