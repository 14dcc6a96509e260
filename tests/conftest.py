"""What holds for all tests: files for the type checker alone are not collected, no clock decides.

A law fails because it does not hold, never because a machine is busy: examples have no deadline.
`--hypothesis-profile=nightly` tries a thousand examples of each law that sets no number of its own.
"""

from hypothesis import settings

settings.register_profile("laws", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=1_000)
settings.load_profile("laws")

collect_ignore_glob = ["typing/*"]
