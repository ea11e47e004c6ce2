"""What a stage is and the door by which our own and strangers' stages come in."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, get_type_hints

from packshot.look.facts import Facts
from packshot.registry import Registry
from packshot.retouch.layers import Layers


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a profile may ask of a stage; each stage's file has its own, derived from this."""

    skip: bool = False


Apply = Callable[[Layers, Any, Facts], Layers]


@dataclass(frozen=True, slots=True)
class Stage:
    name: str
    wish: type[Wish]
    text: str
    apply: Apply


STAGES: Registry[Stage] = Registry(
    "packshot.stages", "packshot.retouch", besides=frozenset({"base", "layers", "start", "flatten"})
)

F = TypeVar("F", bound=Callable[..., Layers])


def stage(name: str) -> Callable[[F], F]:
    """Registers `apply(layers, wish, facts) -> Layers`; the wish's class holds its settings."""

    def register(apply: F) -> F:
        wish = get_type_hints(apply)["wish"]
        STAGES.add(name, Stage(name, wish, inspect.getdoc(apply) or "", apply))
        return apply

    return register
