"""packshot judges product photos by marketplace rules and mends them.

>>> import packshot
>>> report = packshot.check("mug.jpg", profile="yandex_market")
>>> result = packshot.fix("mug.jpg")
>>> result.variants["light"].save("mug_main_light.jpg")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from packshot.errors import (
        BadOption,
        BadPhoto,
        BadProfile,
        BadSource,
        EngineFailed,
        PackshotError,
        Refused,
        StoreFailed,
        WeightsMissing,
    )
    from packshot.image.codec import open_photo
    from packshot.image.photo import Photo
    from packshot.journey.check import check
    from packshot.journey.cutout import cutout
    from packshot.journey.fix import fix
    from packshot.journey.report import Report, Verdict
    from packshot.journey.result import Picture, Result, Status
    from packshot.journey.upscale import Upscaled, upscale
    from packshot.profiles.load import load_profile, profile_names
    from packshot.profiles.profile import Profile
    from packshot.rules.base import Finding, Severity

# Imported on first use: `import packshot` costs milliseconds, and a script that only checks never
# loads what only mending needs.
_PLACES = {
    "check": "journey.check",
    "fix": "journey.fix",
    "cutout": "journey.cutout",
    "upscale": "journey.upscale",
    "Upscaled": "journey.upscale",
    "open_photo": "image.codec",
    "load_profile": "profiles.load",
    "profile_names": "profiles.load",
    "Photo": "image.photo",
    "Profile": "profiles.profile",
    "Report": "journey.report",
    "Verdict": "journey.report",
    "Result": "journey.result",
    "Status": "journey.result",
    "Picture": "journey.result",
    "Finding": "rules.base",
    "Severity": "rules.base",
    "PackshotError": "errors",
    "BadPhoto": "errors",
    "BadProfile": "errors",
    "BadSource": "errors",
    "BadOption": "errors",
    "Refused": "errors",
    "WeightsMissing": "errors",
    "EngineFailed": "errors",
    "StoreFailed": "errors",
}

__all__ = [
    "BadOption",
    "BadPhoto",
    "BadProfile",
    "BadSource",
    "EngineFailed",
    "Finding",
    "PackshotError",
    "Photo",
    "Picture",
    "Profile",
    "Refused",
    "Report",
    "Result",
    "Severity",
    "Status",
    "StoreFailed",
    "Upscaled",
    "Verdict",
    "WeightsMissing",
    "check",
    "cutout",
    "fix",
    "load_profile",
    "open_photo",
    "profile_names",
    "upscale",
]


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("packshot")
    if name not in _PLACES:
        raise AttributeError(f"module 'packshot' has no attribute {name!r}")
    value = getattr(import_module(f"packshot.{_PLACES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
