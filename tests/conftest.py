"""What holds for all tests: files for the type checker alone are not collected."""

collect_ignore_glob = ["typing/*"]
