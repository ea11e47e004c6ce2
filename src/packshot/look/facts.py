"""Every fact about one photo: computed once, on demand, timed. The one place that wires looks together."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Generic, TypeVar, overload

from packshot.engines.base import Judge, Segmenter, TextFinder, TextReader
from packshot.image.photo import Photo, Source
from packshot.look.background import Background
from packshot.look.border import Border
from packshot.look.codes import Codes
from packshot.look.frame import Frame
from packshot.look.glance import Glance
from packshot.look.hash import Hash
from packshot.look.marks import Marks
from packshot.look.objects import Objects
from packshot.look.palette import Palette
from packshot.look.quality import Quality
from packshot.look.reading import Reading
from packshot.look.scene import Scene
from packshot.look.stickers import Laid
from packshot.look.subject import Care, Cutout, Subject
from packshot.look.text import DRAWN, Text
from packshot.look.tone import Tone

T = TypeVar("T")


class fact(Generic[T]):  # noqa: N801 - a decorator, like `property`
    """A property that is computed when first asked for; its own seconds are written down."""

    def __init__(self, measure: Callable[[Any], T]) -> None:
        self._measure = measure
        self.name = measure.__name__
        self.__doc__ = measure.__doc__

    @overload
    def __get__(self, facts: None, owner: type) -> fact[T]: ...
    @overload
    def __get__(self, facts: Facts, owner: type) -> T: ...
    def __get__(self, facts: Facts | None, owner: type) -> fact[T] | T:
        if facts is None:
            return self
        known = facts.known
        if self.name not in known:
            known[self.name] = facts._timed(self.name, self._measure)
        return known[self.name]  # type: ignore[no-any-return]


class Facts:
    """What is known of one photo. Rules and stages pull only what they need."""

    def __init__(
        self,
        photo: Photo,
        *,
        full: Photo | None = None,
        segmenter: Segmenter | None = None,
        text_finder: TextFinder | None = None,
        text_reader: TextReader | None = None,
        judge: Judge | None = None,
        care: Care = Care.NORMAL,
    ) -> None:
        self.photo = photo
        self.full = full or photo
        """The same photo unshrunk, for ground and edges that are measured in full."""
        self.segmenter = segmenter
        """The second opinion; None: the studio path alone."""
        self.text_finder = text_finder
        """None: no text is looked for."""
        self.text_reader = text_reader
        """None: text that is found stays unread."""
        self.judge = judge
        """None: all is measured, nothing is judged at a glance."""
        self.care = care
        """How much the cut-out may cost."""
        self.known: dict[str, Any] = {}
        self.seconds: dict[str, float] = {}
        """Own time of each fact, without the facts that it asked for."""
        self._inner: list[float] = []

    @property
    def source(self) -> Source:
        return self.photo.source

    def _timed(self, name: str, measure: Callable[[Any], T]) -> T:
        start = time.perf_counter()
        self._inner.append(0.0)
        value = measure(self)
        spent = time.perf_counter() - start
        inner = self._inner.pop()
        if self._inner:
            self._inner[-1] += spent
        self.seconds[name] = spent - inner
        return value

    @fact
    def border(self) -> Border:
        from packshot.look import border

        return border.measure(self.photo)

    @fact
    def cutout(self) -> Cutout:
        """The product's pixels; never serialised."""
        from packshot.look import subject

        return subject.cut(self.photo, self.segmenter, self.care)

    @fact
    def subject(self) -> Subject:
        from packshot.look import subject

        return subject.measure(self.photo, self.full, self.cutout, self._laid_over)

    def _laid_over(self) -> Laid:
        lines = (line.box for line in self.text.boxes if line.overlaid >= DRAWN)
        return Laid(tuple(lines), tuple(code.box for code in self.codes.found))

    @fact
    def background(self) -> Background:
        from packshot.look import background

        return background.measure(self.full, self.photo, self.cutout)

    @fact
    def palette(self) -> Palette:
        from packshot.look import palette

        return palette.measure(self.cutout)

    @fact
    def objects(self) -> Objects:
        from packshot.look import objects

        return objects.measure(self.photo, self.cutout, self.subject)

    @fact
    def text(self) -> Text:
        from packshot.look import text

        return text.measure(self.photo, self.cutout, self.text_finder)

    @fact
    def laid_words(self) -> Reading:
        """Of the lines that are laid over the photo: most rules ask for no others, and labels are long."""
        from packshot.look import reading

        laid = replace(self.text, boxes=tuple(line for line in self.text.boxes if line.laid_over))
        return reading.measure(self.photo, laid, self.text_reader)

    @fact
    def reading(self) -> Reading:
        from packshot.look import reading

        return reading.measure(self.photo, self.text, self.text_reader, self.laid_words.lines)

    @fact
    def codes(self) -> Codes:
        from packshot.look import codes

        return codes.measure(self.photo, self.cutout)

    @fact
    def glance(self) -> Glance:
        from packshot.look import glance

        return glance.measure(self.photo, self.cutout, self.judge)

    @fact
    def quality(self) -> Quality:
        from packshot.look import quality

        return quality.measure(self.photo, self.cutout)

    @fact
    def tone(self) -> Tone:
        from packshot.look import tone

        return tone.measure(self.photo, self.cutout)

    @fact
    def hash(self) -> Hash:
        from packshot.look import hash  # noqa: A004 - named for what it answers

        return hash.measure(self.photo)

    @fact
    def frame(self) -> Frame:
        from packshot.look import frame

        return frame.measure(self.photo, self.cutout)

    @fact
    def marks(self) -> Marks:
        from packshot.look import marks

        return marks.measure(self.photo, self.cutout)

    @fact
    def scene(self) -> Scene:
        from packshot.look import scene

        return scene.measure(self.border, self.background)
