"""By when: curves, plans of whole persons for each day, capacity."""
