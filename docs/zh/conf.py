"""The Chinese site: `make docs` builds it to out/docs/zh, with a search in Chinese."""

import sys
from pathlib import Path

_DOCS = Path(__file__).parents[1]
sys.path[:0] = [str(_DOCS / "_ext")]

project = "coverage_campaign"
author = "The coverage_campaign authors"
copyright = author  # noqa: A001 - Sphinx reads it by this name
language = "zh_CN"
extensions = ["myst_parser", "sphinx_copybutton", "accessible", "chinese_search"]
source_suffix = {".md": "markdown"}
root_doc = "index"
smartquotes = False
copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = "扩面行动库"
html_static_path = [str(_DOCS / "_static")]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
