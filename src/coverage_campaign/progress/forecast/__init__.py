"""Where a campaign will end: methods, ranges and back-tests."""
