"""What was done: events and reports become counts."""
