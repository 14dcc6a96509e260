"""How long `import coverage_campaign` takes, beside what every analysis imports anyway."""

import statistics
import subprocess
import sys

ROUNDS = 7
PEER = "import pandas"
OURS = "import pandas, coverage_campaign"
USED = (
    "import coverage_campaign as cc; cc.load_case; cc.review; cc.allocate; cc.schedule; cc.tally; "
    "cc.track; cc.forecast; cc.assess; cc.run"
)
LATE = ("matplotlib", "scipy", "xlsxwriter", "python_calamine", "ipywidgets", "pyspark")


def seconds(statement: str) -> float:
    """Return the processor time of a fresh interpreter that runs a statement."""
    code = f"import time; t = time.process_time(); {statement}; print(time.process_time() - t)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    return float(done.stdout)


def loaded(statement: str) -> list[str]:
    """Return which of the packages that must come late are loaded after a statement."""
    code = f"import sys; {statement}; print([m for m in {LATE!r} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    return [name.strip("' ") for name in done.stdout.strip()[1:-1].split(",") if name]


def lines() -> list[tuple[str, str, str, bool]]:
    """Return the goals of the import."""
    rounds = [(seconds(PEER), seconds(OURS), seconds(USED)) for _ in range(ROUNDS)]
    peer, ours, used = (statistics.median(column) for column in zip(*rounds, strict=True))
    late = loaded("import coverage_campaign")
    late_used = loaded(USED)
    return [
        (
            "import with pandas / pandas alone",
            "<= 1.25",
            f"{ours / peer:.2f}",
            ours <= 1.25 * peer,
        ),
        (
            "import and touch every stage / pandas alone (for information)",
            "-",
            f"{used / peer:.2f}",
            True,
        ),
        ("heavy packages loaded by the import", "none", ", ".join(late) or "none", not late),
        (
            "heavy packages loaded by touching every stage",
            "none",
            ", ".join(late_used) or "none",
            not late_used,
        ),
    ]


if __name__ == "__main__":
    for line in lines():
        print(*line, sep="  ")
