"""Everything that can go wrong, in one tree.

PackshotError
├── BadPhoto          the bytes are no photo that we can open
├── BadProfile        a profile is unknown or holds a wrong key or value
├── BadSource         a path, URL, ZIP or list of photos cannot be read
├── BadOption         an option has a value that makes no sense
├── Refused           a limit or a policy says no (licence, address, size)
├── WeightsMissing    an engine's weights or extra are not installed
├── EngineFailed      an engine broke on this photo
└── StoreFailed       the place of the results does not take them

Each error carries a code for machines, one sentence for people and a cure, both in Russian and English.
"""

from __future__ import annotations

from packshot.words import Words, say


class PackshotError(Exception):
    """The root: catch it to catch all that packshot raises on purpose."""

    code = "error"

    def __init__(self, message: Words, cure: Words | None = None) -> None:
        super().__init__(message, cure)
        self.message = message
        self.cure = cure

    def __str__(self) -> str:
        return f"{self.message} {self.cure}" if self.cure else str(self.message)


class BadPhoto(PackshotError):
    """The bytes are no photo that we can open; `reason` is a word for machines."""

    code = "bad_photo"

    def __init__(self, name: str, reason: str, message: Words, cure: Words | None = None) -> None:
        super().__init__(message, cure or say("Save the photo again as JPEG or PNG."))
        self.name = name
        self.reason = reason
        """empty, not_an_image, truncated, damaged, too_many_bytes, too_many_pixels, side_too_long,
        too_many_frames, unsupported, unreadable, vanished."""

    def __reduce__(self) -> tuple[object, ...]:
        return BadPhoto, (self.name, self.reason, self.message, self.cure)


class BadProfile(PackshotError):
    """A profile is unknown or holds a wrong key or value."""

    code = "bad_profile"


class BadSource(PackshotError):
    """A path, URL, ZIP or list of photos cannot be read."""

    code = "bad_source"


class BadOption(PackshotError):
    """An option has a value that makes no sense."""

    code = "bad_option"


class Refused(PackshotError):
    """A limit or a policy says no."""

    code = "refused"


class WeightsMissing(PackshotError):
    """An engine's weights or its extra are not installed; the cure is the command that brings them."""

    code = "weights_missing"


class EngineFailed(PackshotError):
    """An engine broke on this photo."""

    code = "engine_failed"


class StoreFailed(PackshotError):
    """The place of the results does not take them: no photo is to blame, so the run ends."""

    code = "store_failed"
