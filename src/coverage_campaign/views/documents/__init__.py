"""Documents: annexes, responsibility letters, yearly assessment, comparison of scenarios.

Each returns a `Document` in one language, with `to_excel`, `to_html`, `to_markdown` and `to_docx`;
`cc.bulletin` is the fifth of them. What is simulated says so, and what is not known is a dash.
"""

from __future__ import annotations

from coverage_campaign.views.documents.annex import annex, letters
from coverage_campaign.views.documents.assessment import assessment
from coverage_campaign.views.documents.comparison import comparison
from coverage_campaign.views.documents.document import Document

__all__ = ["Document", "annex", "assessment", "comparison", "letters"]
