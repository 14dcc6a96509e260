"""Tallies from units' sheets of figures."""
