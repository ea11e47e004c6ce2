"""One door for our own rules, stages and engines and for those of other packages."""

from __future__ import annotations

import importlib
import pkgutil
from difflib import get_close_matches
from functools import cache, cached_property
from importlib.metadata import distributions
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Names → things. Own things live one a file in `package`, the file named as the thing;
    strangers' come by the entry-point group `group`. A file is imported when its thing is first asked for.
    """

    def __init__(self, group: str, package: str, besides: frozenset[str] = frozenset()) -> None:
        self._group = group
        self._package = package
        self._besides = besides
        """Files of the package that hold no thing of this kind."""
        self._things: dict[str, T] = {}

    def add(self, name: str, thing: T) -> None:
        """Registers or raises; after an error the registry is as it was."""
        if name in self._things:
            raise ValueError(f"{self._group}: {name!r} is registered twice")
        self._things[name] = thing

    def __getitem__(self, name: str) -> T:
        if name not in self._things and name in self._places:
            importlib.import_module(self._places[name])
        if name not in self._things:
            raise KeyError(name)
        return self._things[name]

    def __contains__(self, name: object) -> bool:
        return name in self._things or name in self._places

    def names(self) -> tuple[str, ...]:
        return tuple(sorted({*self._places, *self._things}))

    def nearest(self, name: str) -> str | None:
        return next(iter(get_close_matches(name, self.names(), n=1)), None)

    @cached_property
    def _places(self) -> dict[str, str]:
        package = importlib.import_module(self._package)
        own = {
            module.name: f"{self._package}.{module.name}"
            for module in pkgutil.iter_modules(package.__path__)
            if not module.name.startswith("_") and module.name not in self._besides
        }
        return _strangers().get(self._group, {}) | own


@cache
def _strangers() -> dict[str, dict[str, str]]:
    """Group → name → place, read once for all registries."""
    groups: dict[str, dict[str, str]] = {}
    for point in (point for package in distributions() for point in package.entry_points):
        if point.group.startswith("packshot."):
            groups.setdefault(point.group, {})[point.name] = point.value
    return groups
