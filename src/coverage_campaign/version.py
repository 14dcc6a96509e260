"""The version, in a place of its own: outcomes record it, and no result may look up to the top."""

__version__ = "0.1.0"
