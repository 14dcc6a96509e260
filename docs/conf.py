"""The documentation site: `make docs` builds it to out/docs."""

import os
import sys
import tempfile
from pathlib import Path

# Charts are drawn in examples of docstrings alone; matplotlib's cache must not need a home.
os.environ.setdefault("MPLCONFIGDIR", tempfile.gettempdir())
sys.path.insert(0, str(Path(__file__).parent / "_ext"))

import coverage_campaign

project = "coverage_campaign"
author = "The coverage_campaign authors"
copyright = author  # noqa: A001 - Sphinx reads it by this name
release = version = coverage_campaign.__version__
language = "en"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "accessible",
    "public_names",
    "report_tables",
    "shown_code",
]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "zh"]
root_doc = "index"

# Dashes alone: a curly quote comes from a Chinese font where the Latin one lacks it, twice as wide.
smartquotes_action = "D"
# Docstrings quote code as Markdown does.
default_role = "code"
napoleon_google_docstring = True
napoleon_numpy_docstring = False
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True
autodoc_class_signature = "mixed"
python_maximum_signature_line_length = 88

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True
# Annotations name types of pandas, NumPy and of rooms that have no page of their own.
nitpick_ignore_regex = [("py:.*", ".*")]

copybutton_prompt_text = r">>> |\.\.\. "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_title = "coverage_campaign"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
