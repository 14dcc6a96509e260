"""The formats of a document: HTML, Markdown, Excel, Word."""
