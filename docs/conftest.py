"""The site's own code is no example: only the pages are collected."""

collect_ignore_glob = ["*.py", "_ext/*", "zh/*.py"]
