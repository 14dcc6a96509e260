"""Campaigns that come with the library, as data."""
