"""Studies as Parquet, one file a block: millions of scenarios are never in memory at once."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from coverage_campaign.checks import checked_call, needs
from coverage_campaign.errors import DefinitionError, Problem
from coverage_campaign.saving import make_folder, replacing
from coverage_campaign.scenarios.study import Study

__all__ = ["save_study"]


@checked_call
def save_study(studies: Study | Iterable[Study], folder: str | Path) -> tuple[Path, ...]:
    """Return the Parquet files that a study, or its blocks as they come, were written to.

    Each block becomes part-00000.parquet and so on, with the columns of `Study.to_frame`; any tool
    reads the folder as one table: `pandas.read_parquet(folder)`. Needs pyarrow (extra `engines`).

    Args:
        studies: A study, or what `explore_blocks` yields; one block at a time is in memory.
        folder: Where to; it is made if it is not there, and has to hold no such files yet.

    Raises:
        DefinitionError: The folder holds parts already: two studies must not mix.
    """
    where = Path(folder)
    make_folder(where)
    if any(where.glob("part-*.parquet")):
        raise DefinitionError(
            Problem(str(where), "holds a study already", "name another folder, or empty this one")
        )
    written = []
    for number, study in enumerate([studies] if isinstance(studies, Study) else studies):
        path = where / f"part-{number:05d}.parquet"
        with needs("engines", "save_study"), replacing(path) as file:
            study.to_frame().to_parquet(file, index=False)
        written.append(path)
    return tuple(written)
