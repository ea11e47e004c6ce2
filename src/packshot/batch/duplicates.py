"""Groups of photos that are one photo, and which of each group is the original."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from packshot.batch.lookalikes import Pair
from packshot.image.types import Size


@dataclass(frozen=True, slots=True)
class Group:
    original: int
    """The largest; of several, the first."""
    doubles: tuple[int, ...]
    """In the order given."""
    pairs: tuple[Pair, ...]
    """What was proven: doubles of doubles are in the group, too."""

    @property
    def members(self) -> tuple[int, ...]:
        return (self.original, *self.doubles)

    def nearest(self, member: int) -> Pair:
        """The proof by which this member is here; that with the original where there is one."""
        own = [pair for pair in self.pairs if member in (pair.first, pair.second)]
        return max(own, key=lambda pair: (self.original in (pair.first, pair.second), pair.alike))


def groups(pairs: Iterable[Pair], sizes: Sequence[Size]) -> list[Group]:
    pairs = list(pairs)
    head = {index: index for pair in pairs for index in (pair.first, pair.second)}

    def top(index: int) -> int:
        while head[index] != index:
            head[index] = head[head[index]]
            index = head[index]
        return index

    for pair in pairs:
        one, other = sorted((top(pair.first), top(pair.second)))
        head[other] = one
    members: dict[int, list[int]] = {}
    for index in sorted(head):
        members.setdefault(top(index), []).append(index)
    proofs: dict[int, list[Pair]] = {}
    for pair in pairs:
        proofs.setdefault(top(pair.first), []).append(pair)
    found = []
    for first, some in sorted(members.items()):
        original = max(some, key=lambda index: (sizes[index].area, -index))
        others = tuple(index for index in some if index != original)
        found.append(Group(original, others, tuple(proofs[first])))
    return found
