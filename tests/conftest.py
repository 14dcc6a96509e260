"""What holds for all tests: files for the type checker alone are not collected, no clock decides.

A law fails because it does not hold, never because a machine is busy: examples have no deadline.
"""

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.load_profile("laws")

collect_ignore_glob = ["typing/*"]
