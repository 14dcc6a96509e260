"""Who did well, and by which rule: scores, verdicts, letters."""
