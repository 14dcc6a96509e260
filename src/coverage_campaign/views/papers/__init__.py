"""Papers: one document as a value, its four forms (workbook, page, Markdown, Word), each kind."""
