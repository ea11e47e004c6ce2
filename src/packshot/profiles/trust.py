"""Who may make an error: only what a marketplace or the brief surely says.

A wrong error costs a seller a good photo. So a rule may be as bad as `error` only where every number that
decides is known from the brief, an official page or a quote of one, with high confidence. How exactly we
measure (tolerances, the finder's own confidence) is our business and decides nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from packshot.profiles.profile import Profile, Value
from packshot.rules.base import Severity

SURE = frozenset({"brief", "official", "official-3p"})

DECIDE: Mapping[str, Mapping[str, object]] = {
    "ai_marked": {"allowed": True, "ask_mark": False},
    "alpha_present": {"allowed": True},
    "aspect_ratio": {"ratios": (), "min_ratio": None, "max_ratio": None},
    "background_clutter": {"max_clutter": None, "max_span": None, "max_unevenness": None},
    "background_color": {"colours": ()},
    "border_frame": {},
    "centering": {"max_offset_x": 1.0, "max_offset_y": 1.0},
    "collage": {},
    "color_cast": {"max_cast": None},
    "duplicate_photo": {},
    "exposure": {
        "min_brightest": 0,
        "min_median_l": 0,
        "max_clipped_light": 1.0,
        "max_clipped_dark": 1.0,
        "min_contrast": 0,
    },
    "extra_objects": {"max_objects": None, "allow_props": True, "allow_person": True},
    "file_format": {"allowed": (), "match_extension": False, "modes": (), "allow_animation": True},
    "file_size": {"max_bytes": None, "min_bytes": 0},
    "forbidden_words": {"groups": (), "extra_words": ()},
    "frame_fill": {"min_share": 0.0, "max_share": 1.0},
    "image_size": {
        "min_width": 0,
        "min_height": 0,
        "min_long_side": 0,
        "min_short_side": 0,
        "max_long_side": None,
        "max_short_side": None,
        "max_megapixels": None,
        "exact": None,
    },
    "infographic": {},
    "jpeg_quality": {"min_quality": 0},
    "main_photo": {},
    "no_subject": {},
    "person_present": {"allowed": True},
    "photo_count": {"min_photos": 0, "max_photos": None},
    "overlaid_text": {"max_boxes": None, "max_area_share": 0.0},
    "qr_code": {"on_product": False, "barcodes": False},
    "safe_zone": {
        "min_gap_px": 0,
        "max_gap_px": None,
        "tall_from": None,
        "tall_min_gap_px": 0,
        "tall_max_gap_px": None,
        "inner_square": False,
        "zones": (),
    },
    "same_good": {},
    "same_ratio": {},
    "scale_marker": {"required": False},
    "sharpness": {"min_sharpness": 0, "min_true_scale": 0, "max_noise": None, "max_blockiness": None},
    "subject_cropped": {},
    "subject_repeated": {},
    "view_angle": {"views": ()},
    "watermark": {},
}
"""Rule → the fields that decide → the value by which a field asks nothing."""


def is_sure(value: Value) -> bool:
    return value.trust in SURE and value.confidence == "high"


def unsure_errors(profile: Profile) -> tuple[Value, ...]:
    """The values that would make an error without being sure enough; a user's own are left to the user."""
    values = profile.values
    doubtful: dict[str, Value] = {}
    for where, limits in profile.limits.items():
        place = "source" if where == "source" else "variant"
        for rule, limit in limits.items():
            if limit.severity is Severity.ERROR:
                for value in _deciding(values, place, rule, where):
                    if not is_sure(value) and value.trust != "user":
                        doubtful[value.path] = value
    return tuple(doubtful.values())


def _deciding(values: Mapping[str, Value], place: str, rule: str, where: str) -> list[Value]:
    known = {
        path.rpartition(".")[2]: value
        for path, value in values.items()
        if path.startswith((f"rules.{rule}.", f"{place}.{rule}."))
    }
    decide = DECIDE.get(rule, dict.fromkeys(known))  # of a stranger's rule, every field
    found = [known["severity"]] if "severity" in known else []
    found += [
        known[name] for name, neutral in decide.items() if name in known and known[name].value != neutral
    ]
    own = values.get(f"variants.{where}.colour")
    if rule == "background_color" and "colours" not in known and own is not None:
        found.append(own)
    return found
