"""What must a rule say of a defect, and what may it? Known before any card is checked."""

from __future__ import annotations

TEXTY = (
    "extra_objects",
    "infographic",
    "forbidden_words",
    "centering",
    "frame_fill",
    "watermark",
    "scale_marker",
)
"""Of letters on a card these may speak, too: who sees a badge as a thing is not wrong."""
GROUND = ("background_color", "background_clutter")
PLACE = ("centering", "frame_fill")
EXPECTED: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    # kind: who must speak, who may
    "text_ru": (("overlaid_text",), TEXTY),
    "text_en": (("overlaid_text",), TEXTY),
    "price_tag": (("overlaid_text",), TEXTY),
    "discount_badge": (("overlaid_text",), TEXTY),
    "logo": (("overlaid_text",), TEXTY),
    "infographic": (("infographic",), ("overlaid_text", "subject_cropped", *GROUND, *TEXTY)),
    "qr_code": (("qr_code",), ("overlaid_text", "subject_repeated", *TEXTY)),
    "watermark": (("watermark",), ("overlaid_text", *TEXTY)),
    "watermark_tiled": (("watermark",), ("overlaid_text", "background_clutter", *TEXTY)),
    "frame": (("border_frame",), ("collage", "extra_objects", "subject_cropped", "frame_fill", *GROUND)),
    "coloured_ground": (("background_color",), ("color_cast", "exposure", "background_clutter")),
    "cluttered_ground": (
        ("background_clutter",),
        ("background_color", "extra_objects", "color_cast", "overlaid_text", "subject_cropped", "exposure",
         *PLACE, "person_present"),
    ),
    "uneven_ground": (("background_clutter",), ("background_color", "exposure", "color_cast", "collage")),
    "prop": (("extra_objects",), ("subject_cropped", "subject_repeated", *PLACE)),
    "second_product": (("extra_objects",), ("subject_repeated", "overlaid_text", *PLACE)),
    "hand": (("person_present",), ("extra_objects", "subject_cropped", *PLACE)),
    "twin": (("subject_repeated",), ("extra_objects", *PLACE)),
    "twin_mirrored": (("extra_objects",), ("subject_repeated", *PLACE)),
    "variants": (("extra_objects",), ("subject_repeated", *PLACE)),
    "collage": (
        ("collage",),
        ("extra_objects", "subject_repeated", "subject_cropped", "border_frame", "color_cast", *PLACE,
         *GROUND),
    ),
    "inset": (
        ("collage",),
        ("extra_objects", "infographic", "border_frame", "subject_repeated", "subject_cropped",
         "overlaid_text", *PLACE),
    ),
    "cropped": (("subject_cropped",), PLACE),
    "tiny": (("frame_fill",), ("sharpness", "no_subject")),
    "off_centre": (("centering",), ("frame_fill", "subject_cropped")),
    "blur": (("sharpness",), ("background_clutter",)),
    "upscaled": (("sharpness",), ()),
    "jpeg": (("jpeg_quality",), ("sharpness", "background_clutter", "extra_objects")),
    "jpeg_twice": (("sharpness",), ("jpeg_quality", "background_clutter", "extra_objects")),
    "colour_cast": (("color_cast",), ("exposure", *GROUND)),
    "too_dark": (("exposure",), ("color_cast", "no_subject", "sharpness", *GROUND)),
    "too_bright": (
        ("exposure",),
        ("background_clutter", "color_cast", "no_subject", "sharpness", "extra_objects", *PLACE),
    ),
}  # fmt: skip
FORGIVEN = {
    "pair": ("extra_objects",),
    "set": ("extra_objects",),
    "print": ("forbidden_words",),
}
"""Of clean cards that look like trouble: "a set, or goods that are not sold together?" is a fair question."""
ENLARGED = 1.6
"""Small sources look soft by then: `sharpness` may say so."""

BACKGROUND = {
    "text": ("text_ru", "text_en", "price_tag", "discount_badge", "logo", "infographic", "qr_code"),
    "no light ground": ("coloured_ground", "cluttered_ground", "uneven_ground"),
    "extra objects": ("prop", "second_product", "hand"),
    "cropped": ("cropped",),
    "doubled": ("twin", "twin_mirrored", "variants", "collage", "inset"),
}
UNCLEAR = ("frame", "watermark", "watermark_tiled", "colour_cast", "too_dark", "too_bright")
"""Neither a background defect nor a clean background: left out of the one yes-or-no figure."""
SPEAKS_OF_GROUND = (
    "overlaid_text", "infographic", "qr_code", *GROUND, "extra_objects", "person_present", "subject_cropped",
    "subject_repeated", "collage",
)  # fmt: skip
RULES = tuple(dict.fromkeys(rule for must, _ in EXPECTED.values() for rule in must))
