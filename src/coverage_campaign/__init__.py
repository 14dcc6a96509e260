"""Campaigns that bring more of a population into a public scheme."""

__version__ = "0.1.0"
