"""Who does how much, by when: shares of a target, and their course over time."""
