"""The edge in and out: campaign files, workbooks, JSON."""
