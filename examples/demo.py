"""The main job on two real campaigns and a made-up one: what `make demo` runs."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Never

import jinja2
from tqdm import tqdm

import gallery
import hengyang
import lanhe
import us_vaccination_2021

PAGE = Path(__file__).parent / "index.html.jinja"
TITLES = {
    "hengyang": "Hengyang: extension of the social pension insurance",
    "lanhe": "Lanhe (made up): milestones, a zone, a merger of counties",
    "us-vaccination-2021": "United States: first dose for 70 % of adults by 4 July 2021",
}
ABOUT = {
    "hengyang": "A real notice of a prefecture in China. Its annexes are not at hand, so they are "
    "shared out here; its monthly reports are SIMULATED, and what rests on them says so.",
    "lanhe": "A made-up campaign with all that a notice can say: an annex of its own, months from "
    "the 26th, milestones. Its monthly reports are SIMULATED.",
    "us-vaccination-2021": "A published goal and the real daily reports of 50 states to 28 May "
    "2021, with their gaps and corrections.",
}
FORMS = {".html", ".xlsx", ".docx", ".md", ".pdf"}
# What a file is, by the beginning of its name.
WHAT = {
    "annexes": "Annexes as issued: counties, departments, and both crossed",
    "annex": "Annex: each unit's target",
    "letters": "Responsibility letters: a register and a letter each",
    "bulletin": "Progress bulletin: who leads, who lags, what is required by when",
    "assessment": "Yearly assessment: verdicts with reason and clause",
    "comparison": "Comparison of two results: what differs and for whom",
    "calendar": "Calendar: phases, and the dates that need a look",
    "ranking": "Ranking",
    "completeness": "Whose reports are in",
    "burn-up": "Burn-up with the fan of the forecast",
    "review": "Review: what the definition leaves open or contradicts",
    "plan": "Plan: whole persons, to the day",
    "problems": "Reports that were not counted, each with its reason",
    "progress": "Progress by unit",
    "forecast": "Forecast by unit",
    "computing": "Allocation that computes: change a cell, and it says what no longer adds up",
    "form": "Form that units fill in, and that is read back as it is",
    "targets": "Targets by unit",
    "us": "Ranking and forecast as a workbook",
}


def stepper(bar: "tqdm[Never]", name: str) -> Callable[[str], None]:
    """Return a function that shows what is done: on one line of a terminal, else a line each."""

    def step(text: str) -> None:
        if bar.disable:
            print(f"{name}: {text}", file=sys.stderr, flush=True)
        bar.set_description(f"{name}: {text}"[:90].ljust(90))

    return step


def shown(path: Path, out: Path) -> dict[str, str]:
    """Return what the page says of a file."""
    stem = path.stem
    kind = max((name for name in WHAT if stem.startswith(name)), key=len, default="")
    return {
        "href": path.relative_to(out).as_posix(),
        "name": path.name,
        "what": WHAT.get(kind, ""),
        "group": stem.removesuffix("-SIMULATED"),
        "suffix": path.suffix.lstrip("."),
    }


def index(written: dict[str, list[Path]], pictures: list[Path], out: Path) -> Path:
    """Write the page that shows what there is, and return its path."""
    campaigns = [
        {
            "title": TITLES[folder],
            "about": ABOUT[folder],
            "pictures": [shown(path, out) for path in files if path.suffix == ".png"],
            "documents": documents_of(files, out),
            "tables": [shown(path, out) for path in files if path.suffix == ".csv"],
        }
        for folder, files in written.items()
    ]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(PAGE.read_text(encoding="utf-8"))
    page = out / "index.html"
    page.write_text(template.render(campaigns=campaigns, pictures=len(pictures)), encoding="utf-8")
    return page


def documents_of(files: list[Path], out: Path) -> list[dict[str, object]]:
    """Return the documents, each with its forms in both languages."""
    found: dict[str, dict[str, list[dict[str, str]]]] = {}
    for path in files:
        if path.suffix in FORMS and path.stem.endswith(("-en", "-zh")):
            one = shown(path, out)
            forms = found.setdefault(path.stem[:-3], {})
            forms.setdefault(path.stem[-2:], []).append(one)
    return [
        {"what": next(iter(forms.values()))[0]["what"], "name": name, "forms": forms}
        for name, forms in found.items()
    ]


def main(out: Path) -> int:
    """Run the campaigns, draw the gallery, and say in a short table what was written."""
    with tqdm(bar_format="{desc} {elapsed}", file=sys.stderr, disable=None) as bar:
        step = stepper(bar, "hengyang")
        notice = hengyang.flow(step)
        written = {"hengyang": hengyang.write(notice, out / "hengyang", step)}
        step = stepper(bar, "lanhe")
        made_up = lanhe.flow(step)
        written["lanhe"] = lanhe.write(made_up, out / "lanhe", step)
        step = stepper(bar, "us-vaccination-2021")
        doses = us_vaccination_2021.flow(step)
        folder = out / "us-vaccination-2021"
        written["us-vaccination-2021"] = us_vaccination_2021.write(doses, folder, step)
        for lang in hengyang.LANGUAGES:
            step(f"print the documents of all three to PDF ({lang})")
            for case, made in (
                ("hengyang", hengyang.documents(notice, lang)),
                ("lanhe", lanhe.documents(made_up, lang)),
                ("us-vaccination-2021", us_vaccination_2021.documents(doses, lang)),
            ):
                named = {f"{name}-{lang}": document for name, document in made.items()}
                written[case] += hengyang.printed(named, out / case)
        step = stepper(bar, "gallery")
        subjects = {"hengyang": gallery.of_hengyang(notice), "us": gallery.of_united_states(doses)}
        pictures: list[Path] = []
        for case, subject in subjects.items():
            step(f"draw every chart of {case} in English and Chinese")
            pictures += gallery.draw(subject, case, out / "gallery", languages=("en", "zh"))
        gallery.show(pictures, out / "gallery")
        page = index(written, pictures, out)
    files = [path for paths in written.values() for path in paths]
    width = max(len(str(path)) for path in files)
    print(f"\n{'file'.ljust(width)}  {'bytes':>9}")
    for path in files:
        print(f"{str(path).ljust(width)}  {path.stat().st_size:>9,}")
    print(f"\n{len(files)} files and {len(pictures)} pictures; open {page}")
    print("What is simulated says so in its name and in itself.")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path("out")))
