"""Search in Chinese: every run of Chinese characters is indexed by its parts of two to four.

Sphinx leaves Chinese words to a package that is no longer maintained and without which it finds
none. Parts of a run need no dictionary, and a query of two to four characters is one of them.
"""

import re
from itertools import chain

from sphinx.application import Sphinx
from sphinx.search import languages
from sphinx.search.zh import SearchChinese
from sphinx.util.typing import ExtensionMetadata

_RUN = re.compile(r"[\u4e00-\u9fff]+")
_LENGTHS = (2, 3, 4)


def parts(text: str) -> list[str]:
    """Return the parts of two to four characters of each Chinese run of a text.

    >>> parts("任务分解 by 2000")
    ['任务', '务分', '分解', '任务分', '务分解', '任务分解']
    """
    runs = _RUN.findall(text)
    return [
        run[start : start + length]
        for run in runs
        for length in _LENGTHS
        for start in range(len(run) - length + 1)
    ]


class SearchInParts(SearchChinese):
    """Chinese search by parts of runs, and by Latin words as before."""

    # By this name the page finds the stemmer of Latin words, which is the English one.
    language_name = "English"

    def split(self, input: str) -> list[str]:  # noqa: A002 - the name of Sphinx
        """Return the terms of a text."""
        latin = [term.strip() for term in self.latin1_letters.findall(input)]
        self.latin_terms.update(latin)
        return list(chain(parts(input), latin))


def setup(app: Sphinx) -> ExtensionMetadata:
    """Take the place of the search language for Chinese."""
    del app
    languages["zh"] = SearchInParts
    return {"version": "1", "parallel_read_safe": True}
