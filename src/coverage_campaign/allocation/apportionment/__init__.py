"""Whole numbers in proportion to weights: arrays in, arrays out; knows no campaign."""
