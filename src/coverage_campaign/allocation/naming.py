"""What a method is called where a result names it."""

from __future__ import annotations

from functools import partial

from coverage_campaign.allocation.apportionment.methods import Method

__all__ = ["name_of"]


def name_of(method: Method) -> str:
    """Return the name of a method, the options that `functools.partial` gave it included.

    >>> from coverage_campaign.allocation import apportion
    >>> name_of(apportion.webster), name_of(apportion.stationary("1/3"))
    ('webster', 'stationary(1/3)')
    >>> name_of(partial(apportion.hamilton, quota="droop"))
    'hamilton(quota=droop)'
    """
    if isinstance(method, partial):
        options = ", ".join(f"{name}={value}" for name, value in method.keywords.items())
        return f"{name_of(method.func)}({options})"
    return method.__name__
