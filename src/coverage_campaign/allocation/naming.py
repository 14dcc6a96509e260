"""What a method, a curve or a weighting is called where a result names it."""

from __future__ import annotations

from functools import partial

__all__ = ["name_of"]


def name_of(behaviour: object) -> str:
    """Return the name of a value or function, with the options that `functools.partial` gave it.

    >>> from coverage_campaign.allocation.apportionment import methods as apportion
    >>> name_of(apportion.webster), name_of(apportion.stationary("1/3"))
    ('webster', 'stationary(1/3)')
    >>> name_of(partial(apportion.hamilton, quota="droop"))
    'hamilton(quota=droop)'
    """
    if isinstance(behaviour, partial):
        options = ", ".join(f"{name}={value}" for name, value in behaviour.keywords.items())
        return f"{name_of(behaviour.func)}({options})"
    found = getattr(behaviour, "name", None) or getattr(behaviour, "__name__", None)
    return str(found or behaviour)
