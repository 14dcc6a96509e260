"""Employers that do not enrol: sweep, cases, licence gate."""
