"""Photos that break, one or more for each way in which a rule can speak; and how far a measure may go."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

from builders import (
    SOURCE,
    background,
    border,
    boxed,
    code,
    codes,
    facts,
    glance,
    line,
    marks,
    no_subject,
    objects,
    panels,
    piece,
    quality,
    reading,
    subject,
    text,
    tone,
)

from packshot.image.types import Box, Size
from packshot.look.facts import Facts
from packshot.look.objects import Twin
from packshot.look.sides import Sides

Way = Literal["above", "below", "from", "other"]
"""How the measured figure breaks the limit: above it, below it, from it on, or by not being it."""


@dataclass(frozen=True)
class Broken:
    rule: str
    says: str
    """A part of the message."""
    way: Way
    facts: Facts
    limits: dict[str, Any] = field(default_factory=dict)


TWIN = Twin(Box(100, 600, 260, 1000), Box(300, 600, 460, 1000), 0.96, mirrored=False)

BROKEN = (
    Broken("no_subject", "No product was found", "below", facts(subject=no_subject())),
    Broken("no_subject", "20 % sure", "below", facts(subject=subject(confidence=0.2))),
    Broken(
        "background_color",
        "#C8C8C8, darker than the #FFFFFF",
        "above",
        facts(background=background(colour=(200, 200, 200))),
    ),
    Broken(
        "background_color", "#FFFFFF, lighter than the #D1CECB", "above", facts(), {"colours": ("#D1CECB",)}
    ),
    Broken("background_color", "yellower", "above", facts(background=background(colour=(255, 252, 200)))),
    Broken("background_color", "bluer", "above", facts(background=background(colour=(225, 235, 255)))),
    Broken("background_color", "redder", "above", facts(background=background(colour=(255, 225, 230)))),
    Broken("background_color", "greener", "above", facts(background=background(colour=(215, 255, 225)))),
    Broken(
        "background_color",
        "Only 80 % of the ground is exactly #FFFFFF; 95 %",
        "below",
        facts(background=background(exact_share=0.8)),
        {"min_exact_share": 0.95},
    ),
    Broken(
        "background_color",
        "Only 90 % of the ground is white; 99 %",
        "below",
        facts(background=background(white_share=0.9)),
        {"min_white_share": 0.99},
    ),
    Broken(
        "background_color",
        "Only 90 % of the ground is pure white",
        "below",
        facts(background=background(pure_white_share=0.9)),
        {"min_pure_white_share": 0.99},
    ),
    Broken(
        "background_clutter",
        "cover 30 % of the ground; at most 5 %",
        "above",
        facts(background=background(clutter=0.3)),
    ),
    Broken("background_clutter", "light to dark", "above", facts(background=background(span=25.0))),
    Broken("background_clutter", "blotchy", "above", facts(background=background(evenness=9.0))),
    Broken(
        "extra_objects",
        "1 thing too many is in the photo: 2 are seen",
        "above",
        facts(objects=objects(0.8, 0.2)),
    ),
    Broken("extra_objects", "2 things too many", "above", facts(objects=objects(0.6, 0.2, 0.2))),
    Broken(
        "extra_objects",
        "2 things stand apart",
        "above",
        facts(objects=objects(0.5, 0.5), subject=subject(far_apart=True)),
    ),
    Broken("overlaid_text", "1 piece of text", "above", facts(text=text(piece()))),
    Broken("overlaid_text", "2 pieces of text", "above", facts(text=text(piece(), piece(on_product=1.0)))),
    Broken(
        "overlaid_text",
        "Text covers 1.6 % of the photo; at most 1 %",
        "above",
        facts(text=text(piece())),
        {"max_area_share": 0.01},
    ),
    Broken(
        "forbidden_words",
        "The photo says “СКИДКА 50 %”: discounts do not",
        "above",
        facts(reading=reading(line("СКИДКА 50 %"))),
    ),
    Broken(
        "forbidden_words",
        "in 4 places “SALE”, “best price”, “@myshop” and more: discounts, prices, superlatives, contacts",
        "above",
        facts(reading=reading(line("SALE"), line("best price"), line("@myshop"), line("t.me/myshop"))),
    ),
    Broken(
        "forbidden_words",
        "words of the profile's own list",
        "above",
        facts(reading=reading(line("Оригиналы"))),
        {"extra_words": ("оригинал~",)},
    ),
    Broken("qr_code", "1 code is laid over the photo: “https://shop", "above", facts(codes=codes(code()))),
    Broken("qr_code", "2 codes are laid", "above", facts(codes=codes(code(), code("tel:+7", "data_matrix")))),
    Broken(
        "qr_code",
        "1 code is printed on the goods",
        "above",
        facts(codes=codes(code(on_product=1.0))),
        {"on_product": True},
    ),
    Broken("watermark", "A see-through mark", "from", facts(marks=marks(Box(100, 100, 300, 200)))),
    Broken("watermark", "in 2 places", "from", facts(marks=marks(Box(0, 0, 9, 9), Box(600, 800, 700, 900)))),
    Broken("watermark", "repeats all over", "from", facts(marks=marks(repeated=True))),
    Broken(
        "border_frame",
        "A frame is drawn round the photo, up to 24 px",
        "above",
        facts(frame=border(20, 20, 20, 24)),
    ),
    Broken("border_frame", "Bands are drawn along 2 sides", "above", facts(frame=border(top=80, bottom=80))),
    Broken("border_frame", "A band is drawn along 1 side", "above", facts(frame=border(left=7))),
    Broken(
        "collage",
        "put together from 2 pictures",
        "from",
        facts(frame=panels(Box(0, 0, 600, 1600), Box(600, 0, 1200, 1600))),
    ),
    Broken("collage", "Another picture is set into", "from", facts(frame=panels(Box(900, 0, 1200, 300)))),
    Broken("subject_cropped", "cut on the left", "above", facts(subject=subject(touches=Sides(left=0.3)))),
    Broken("subject_cropped", "cut on the right", "above", facts(subject=subject(touches=Sides(right=0.3)))),
    Broken("subject_cropped", "cut at the top", "above", facts(subject=subject(touches=Sides(top=0.3)))),
    Broken(
        "subject_cropped", "cut at the bottom", "above", facts(subject=subject(touches=Sides(bottom=0.3)))
    ),
    Broken(
        "subject_cropped", "at 2 sides", "above", facts(subject=subject(touches=Sides(left=0.3, right=0.4)))
    ),
    Broken("subject_repeated", "seen 2 times", "from", facts(objects=objects(0.5, 0.5, twins=(TWIN,)))),
    Broken(
        "subject_repeated",
        "seen 2 times",
        "from",
        facts(objects=objects(0.5, 0.5, twins=(replace(TWIN, mirrored=True),))),
        {"allow_mirrored": False},
    ),
    Broken(
        "frame_fill",
        "fills 40 % of the width; 80 % is asked for",
        "below",
        facts(subject=subject(boxed(0.4, 0.2))),
        {"min_share": 0.8},
    ),
    Broken(
        "frame_fill", "of the height", "below", facts(subject=subject(boxed(0.4, 0.5))), {"min_share": 0.8}
    ),
    Broken(
        "frame_fill",
        "of the height",
        "below",
        facts(subject=subject(boxed(0.9, 0.5))),
        {"min_share": 0.8, "measure": "height"},
    ),
    Broken(
        "frame_fill",
        "of the width",
        "below",
        facts(subject=subject(boxed(0.4, 0.9))),
        {"min_share": 0.8, "measure": "width"},
    ),
    Broken(
        "frame_fill",
        "covers 14 % of the picture",
        "below",
        facts(subject=subject(coverage=0.14)),
        {"min_share": 0.5, "measure": "area"},
    ),
    Broken(
        "frame_fill",
        "box round the product takes 25 %",
        "below",
        facts(subject=subject(boxed(0.5, 0.5))),
        {"min_share": 0.5, "measure": "bbox_area"},
    ),
    Broken(
        "frame_fill",
        "fills 95 % of the width; at most 90 %",
        "above",
        facts(subject=subject(boxed(0.95, 0.5))),
        {"max_share": 0.9},
    ),
    Broken(
        "frame_fill",
        "fills 95 % of the height; at most 90 %",
        "above",
        facts(subject=subject(boxed(0.5, 0.95))),
        {"max_share": 0.9},
    ),
    Broken(
        "frame_fill",
        "covers 95 % of the picture; at most",
        "above",
        facts(subject=subject(coverage=0.95)),
        {"max_share": 0.9, "measure": "area"},
    ),
    Broken(
        "frame_fill",
        "takes 81 % of the picture; at most",
        "above",
        facts(subject=subject(boxed(0.9, 0.9))),
        {"max_share": 0.5, "measure": "bbox_area"},
    ),
    Broken(
        "centering",
        "20 % of the width left of the middle",
        "above",
        facts(subject=subject(boxed(0.4, 0.4, right=-0.2))),
    ),
    Broken(
        "centering",
        "20 % of the width right of the middle",
        "above",
        facts(subject=subject(boxed(0.4, 0.4, right=0.2))),
    ),
    Broken(
        "centering",
        "20 % of the height above the middle",
        "above",
        facts(subject=subject(boxed(0.4, 0.4, down=-0.2))),
    ),
    Broken(
        "centering",
        "20 % of the height below the middle",
        "above",
        facts(subject=subject(boxed(0.4, 0.4, down=0.2))),
    ),
    Broken(
        "centering",
        "right of the middle; at most 10 % is fine. The product stands 15 %",
        "above",
        facts(subject=subject(boxed(0.4, 0.4, right=0.2, down=0.15))),
    ),
    Broken(
        "safe_zone",
        "as near as 10 px to the edge; 40 px are asked for",
        "below",
        facts(subject=subject(Box(10, 400, 1100, 1200))),
        {"min_gap_px": 40},
    ),
    Broken(
        "safe_zone",
        "A gap of 100 px",
        "above",
        facts(subject=subject(Box(100, 400, 1100, 1200))),
        {"max_gap_px": 40},
    ),
    Broken(
        "safe_zone",
        "leaves the middle square of 1200 px by 100 px",
        "above",
        facts(subject=subject(Box(100, 100, 1100, 1200))),
        {"inner_square": True},
    ),
    Broken(
        "safe_zone",
        "as near as 2 px",
        "below",
        facts(subject=subject(Box(300, 2, 900, 1592))),
        {"tall_from": 1.4, "tall_min_gap_px": 5},
    ),
    Broken(
        "safe_zone",
        "A gap of 120 px",
        "above",
        facts(subject=subject(Box(300, 120, 900, 1592))),
        {"tall_from": 1.4, "tall_max_gap_px": 10},
    ),
    Broken("safe_zone", "1 place that must stay free", "above", facts(), {"zones": ((0.8, 0.0, 1.0, 0.5),)}),
    Broken(
        "image_size", "600 px wide; at least 900 px", "below", facts(size=Size(600, 800)), {"min_width": 900}
    ),
    Broken(
        "image_size",
        "800 px high; at least 1200 px",
        "below",
        facts(size=Size(600, 800)),
        {"min_height": 1200},
    ),
    Broken(
        "image_size",
        "short side is 600 px; at least",
        "below",
        facts(size=Size(600, 800)),
        {"min_short_side": 900},
    ),
    Broken(
        "image_size",
        "long side is 800 px; at least",
        "below",
        facts(size=Size(600, 800)),
        {"min_long_side": 900},
    ),
    Broken(
        "image_size",
        "long side is 9000 px; at most 8000",
        "above",
        facts(size=Size(900, 9000)),
        {"max_long_side": 8000},
    ),
    Broken(
        "image_size",
        "short side is 5000 px; at most 4320",
        "above",
        facts(size=Size(5000, 6000)),
        {"max_short_side": 4320},
    ),
    Broken(
        "image_size",
        "30 million pixels; at most 25",
        "above",
        facts(size=Size(5000, 6000)),
        {"max_megapixels": 25},
    ),
    Broken("image_size", "1200×1600 px; exactly 762×1100", "other", facts(), {"exact": (762, 1100)}),
    Broken(
        "image_size", "1600 px, which is enough; 2000 px", "below", facts(), {"recommended_long_side": 2000}
    ),
    Broken(
        "image_size", "1200 px, which is enough; 1500 px", "below", facts(), {"recommended_short_side": 1500}
    ),
    Broken(
        "aspect_ratio",
        "1600×1200 px, a shape of 4:3; 3:4 / 1:1",
        "other",
        facts(size=Size(1600, 1200)),
        {"ratios": (0.75, 1.0)},
    ),
    Broken(
        "aspect_ratio",
        "too narrow: its shape is 1:4",
        "below",
        facts(size=Size(300, 1200)),
        {"min_ratio": 0.5},
    ),
    Broken(
        "aspect_ratio",
        "too wide: its shape is 4:1",
        "above",
        facts(size=Size(1200, 300)),
        {"max_ratio": 2.0},
    ),
    Broken(
        "file_format",
        "is a HEIC; the marketplace takes JPEG, PNG, WEBP",
        "other",
        facts(source=replace(SOURCE, format="heic", extension="heic")),
    ),
    Broken(
        "file_format",
        "ends in .jpg, yet the file is a PNG",
        "other",
        facts(source=replace(SOURCE, format="png")),
    ),
    Broken(
        "file_format",
        "kept as CMYK",
        "other",
        facts(source=replace(SOURCE, mode="cmyk")),
        {"modes": ("rgb", "grey")},
    ),
    Broken(
        "file_format",
        "holds 12 pictures",
        "above",
        facts(source=replace(SOURCE, format="webp", extension="webp", frames=12)),
        {"allow_animation": False},
    ),
    Broken(
        "file_size",
        "weighs 24 MB; at most 10 MB",
        "above",
        facts(source=replace(SOURCE, size_bytes=24_000_000)),
        {"max_bytes": 10_000_000},
    ),
    Broken(
        "file_size",
        "weighs 8.5 KB; at least 20 KB",
        "below",
        facts(source=replace(SOURCE, size_bytes=8_500)),
        {"min_bytes": 20_000},
    ),
    Broken(
        "jpeg_quality",
        "quality 60; at least 75",
        "below",
        facts(source=replace(SOURCE, jpeg_quality=60)),
        {"min_quality": 75},
    ),
    Broken(
        "sharpness",
        "its sharpness is 8 of 100; 15",
        "below",
        facts(quality=quality(sharpness=8.0)),
        {"min_sharpness": 15},
    ),
    Broken(
        "sharpness",
        "into 40 % of its width; 70 %",
        "below",
        facts(quality=quality(true_scale=0.4)),
        {"min_true_scale": 0.7},
    ),
    Broken("sharpness", "grainy", "above", facts(quality=quality(noise=9.0)), {"max_noise": 5.0}),
    Broken(
        "sharpness", "JPEG squares", "above", facts(quality=quality(blockiness=1.5)), {"max_blockiness": 1.0}
    ),
    Broken(
        "color_cast", "looks yellowish: it is off by 18", "above", facts(tone=tone(cast_a=0.0, cast_b=18.0))
    ),
    Broken("color_cast", "looks bluish", "above", facts(tone=tone(cast_a=0.0, cast_b=-18.0))),
    Broken("color_cast", "looks pinkish", "above", facts(tone=tone(cast_a=18.0, cast_b=1.0))),
    Broken("color_cast", "looks greenish", "above", facts(tone=tone(cast_a=-18.0, cast_b=1.0))),
    Broken(
        "exposure",
        "dark: its lightness is 12 of 100",
        "below",
        facts(tone=tone(median_l=12.0)),
        {"min_median_l": 25},
    ),
    Broken(
        "exposure",
        "30 % of the product is burnt",
        "above",
        facts(tone=tone(clipped_light=0.3)),
        {"max_clipped_light": 0.1},
    ),
    Broken(
        "exposure",
        "30 % of the product is drowned",
        "above",
        facts(tone=tone(clipped_dark=0.3)),
        {"max_clipped_dark": 0.1},
    ),
    Broken("exposure", "flat", "below", facts(tone=tone(contrast=9.0)), {"min_contrast": 20}),
    Broken("alpha_present", "see-through; a solid ground", "other", facts(alpha=True), {"allowed": False}),
    Broken(
        "ai_marked",
        "photos of the goods are asked for",
        "other",
        facts(source=replace(SOURCE, ai_made="trainedAlgorithmicMedia")),
        {"allowed": False},
    ),
    Broken("scale_marker", "shows how large the goods are", "other", facts(), {"required": True}),
    Broken(
        "person_present", "A person is in the photo (95 % sure", "from", facts(glance=glance(person="whole"))
    ),
    Broken("person_present", "such as a hand", "from", facts(glance=glance(person="part"))),
    Broken(
        "view_angle", "seen from the back", "other", facts(glance=glance(view="back")), {"views": ("front",)}
    ),
    Broken(
        "infographic",
        "5 lines of text",
        "from",
        facts(text=text(*(piece(Box(40, 40 + 200 * k, 340, 140 + 200 * k)) for k in range(5)))),
    ),
)

GEOMETRIC = (
    "extra_objects",
    "subject_cropped",
    "subject_repeated",
    "frame_fill",
    "centering",
    "safe_zone",
    "sharpness",
    "color_cast",
    "exposure",
    "scale_marker",
)
"""Rules that speak of the product and stay silent where there is none."""
