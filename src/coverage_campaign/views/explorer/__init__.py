"""The explorer: a scenario with its inputs as controls, in the notebook."""
