"""Tallies from person-level events."""
