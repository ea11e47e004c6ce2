"""What the guide says of its own: numbers in words, and how to shoot which goods."""

from __future__ import annotations

from collections.abc import Mapping

from packshot.words import Words, say

NUMBERS: Mapping[str, Words] = {
    "ai_marked.allowed": say("Pictures made by generators: {value}."),
    "ai_marked.ask_mark": say("Pictures made by generators keep their mark in the file: {value}."),
    "alpha_present.allowed": say("A see-through ground: {value}."),
    "aspect_ratio.ratios": say("Shape, width to height: {value}."),
    "aspect_ratio.min_ratio": say("Not narrower than {value} (width to height)."),
    "aspect_ratio.max_ratio": say("Not wider than {value} (width to height)."),
    "background_color.colours": say("Colour of the ground: {value}."),
    "background_color.transparent_is_fine": say("A see-through ground is fine too: {value}."),
    "background_color.max_delta_e": say("Counted as that colour: up to {value} away, as the eye sees it."),
    "centering.max_offset_x": say("The middle is missed sideways by at most {value} of the width."),
    "centering.max_offset_y": say("The middle is missed up or down by at most {value} of the height."),
    "extra_objects.max_objects": say("Separate things in the photo: at most {value}."),
    "extra_objects.allow_props": say("Props and decorations: {value}."),
    "extra_objects.allow_person": say("A person who wears or holds the goods: {value}."),
    "file_format.allowed": say("File formats: {value}."),
    "file_format.match_extension": say("The end of the file's name says what the file is: {value}."),
    "file_format.allow_animation": say("Moving pictures: {value}."),
    "file_size.max_bytes": say("The file weighs at most {value}."),
    "file_size.min_bytes": say("The file weighs at least {value}."),
    "frame_fill.min_share": say("The goods take at least {value} of the frame."),
    "frame_fill.max_share": say("The goods take at most {value} of the frame."),
    "frame_fill.measure": say("Measured along: {value}."),
    "image_size.min_width": say("Width: at least {value}."),
    "image_size.min_height": say("Height: at least {value}."),
    "image_size.min_long_side": say("Longer side: at least {value}."),
    "image_size.min_short_side": say("Shorter side: at least {value}."),
    "image_size.max_long_side": say("Longer side: at most {value}."),
    "image_size.max_short_side": say("Shorter side: at most {value}."),
    "image_size.max_megapixels": say("Altogether at most {value}."),
    "image_size.exact": say("Exactly {value}."),
    "image_size.recommended_long_side": say("Better: a longer side of {value} and more."),
    "image_size.recommended_short_side": say("Better: a shorter side of {value} and more."),
    "jpeg_quality.min_quality": say("JPEG quality: {value} or higher."),
    "forbidden_words.groups": say("Kinds of words that do not belong on the photo: {value}."),
    "overlaid_text.max_boxes": say("Pieces of text laid over the photo: at most {value}."),
    "overlaid_text.max_area_share": say("Text laid over the photo covers at most {value} of it."),
    "qr_code.on_product": say("Codes printed on the goods are told as well: {value}."),
    "safe_zone.min_gap_px": say("Gap between the goods and each side: at least {value}."),
    "safe_zone.max_gap_px": say("Gap on the two nearest sides: at most {value}."),
    "safe_zone.inner_square": say("Goods that are not tall stay inside the centred square: {value}."),
    "safe_zone.tall_from": say("Goods are tall from {value} times their width on."),
    "safe_zone.tall_min_gap_px": say("Tall goods: a gap of at least {value} at the top and at the bottom."),
    "safe_zone.tall_max_gap_px": say("Tall goods: a gap of at most {value} at the top and at the bottom."),
    "scale_marker.required": say("The card shows how large the goods are: {value}."),
    "subject_repeated.allow_mirrored": say("Mirrored pairs, as of shoes: {value}."),
}
"""Rule and field → a sentence for its number; fields that are not here are our own measuring and stay out."""

MEASURES: Mapping[str, Words] = {
    "long_side": say("the side where the goods fill more of the frame"),
    "height": say("the height"),
    "width": say("the width"),
    "area": say("the area of the goods"),
    "bbox_area": say("the area of the box round the goods"),
    "box_area": say("the area of the box round the goods"),
}

TRUST: Mapping[str, Words] = {
    "brief": say("target of this profile"),
    "official": say("the marketplace's own page"),
    "official-3p": say("quoted from the marketplace's page"),
    "third-party": say("said by others, not confirmed"),
    "inferred": say("our reading, not confirmed"),
    "unverified memory": say("commonly said, not confirmed"),
    "house": say("our advice"),
    "user": say("your own profile"),
}

SHOOT: tuple[Words, ...] = (
    say(
        "Bend a large sheet of plain paper up behind the goods, so that no table edge and no corner is seen."
        " White or light grey paper is the easiest to work with."
    ),
    say(
        "Stand beside a large window without direct sun, or put one lamp on each side, both of the same kind."
        " Switch off the flash and the ceiling light."
    ),
    say("Wipe the goods and the lens. Take off price tags, stickers and film that the buyer does not keep."),
    say(
        "Hold the camera straight at half the height of the goods. Step back and zoom in twice: from close"
        " by, a phone bends shapes."
    ),
    say("Leave ground on all four sides: no part of the goods may touch the frame."),
    say("Touch the goods on the screen to set the focus. Rest the phone on something or use the timer."),
    say("White goods need a ground that is a little darker, black goods more light from the sides."),
    say(
        "Send the file that the camera made. Messengers shrink photos unless they are sent as a document;"
        " a screenshot of a photo is too small."
    ),
)

ONLY_GOODS = say("Show only what the buyer gets: no props, no hands, no text, no frame, no shop's name.")
PROPS_FINE = say("Decorations are allowed here; keep them smaller than the goods and off the goods.")
FILL = say("Let the goods take about {value} of the frame; the retouch sets the exact share.")
LARGE = say("Set the camera to its largest size: {value} px is the least.")

CATEGORY: Mapping[str, tuple[Words, ...]] = {
    "home": (
        say("Turn the goods so that the front and a little of one side are seen."),
        say("Put glass and glossy goods beside a white sheet: it gives a soft light line along the edge."),
    ),
    "home.furniture": (
        say("Keep the legs and the base in the frame; shoot from the height of the seat or the table top."),
        say("Make one more photo with a thing of known size: size is what buyers get wrong most often."),
    ),
    "home.textile": (
        say("Iron the cloth. Show the whole set of bedding on a made bed, every piece in view."),
        say("Fold towels and throws the same way in each photo, the pattern to the front."),
    ),
    "home.kitchen": (
        say("Show a set complete and without overlap; handles to the right, lids beside or on."),
        say("Polish steel with a dry cloth and wear gloves: fingerprints show."),
    ),
    "home.decor": (say("Photograph lamps switched off for the main photo; the light can be another one."),),
    "electronics": (
        say("Switch the screen off, or leave the start picture of the device; invent no pictures on it."),
        say("Show cables and chargers only where they come in the box."),
        say("Tilt glossy cases a little, until the window is no longer seen in them."),
    ),
    "electronics.appliances": (
        say("Shoot from half the height of the appliance, doors closed, feet in the frame."),
        say("Step back at least three metres and zoom in, or the top will look narrower than the floor."),
    ),
    "electronics.accessories": (
        say("Lay cables in one loose turn, both plugs to the front."),
        say("Make one more photo in a hand: small things look like large ones on a plain ground."),
    ),
    "beauty": (
        say("Turn the label to the camera; every word of it should be readable."),
        say("Close the caps and wipe the neck of the bottle. Box and bottle together only if both are sold."),
        say("Light clear bottles from behind through thin paper, so that they do not turn grey."),
    ),
    "fashion": (say("Iron or steam the goods and clean them with a lint roller."),),
    "fashion.on_model": (
        say("The whole person stays in the frame: head, hands and feet, with some ground above and below."),
        say("The model stands straight, facing the camera, arms a little away from the body."),
        say("Camera at the height of the chest for tops, of the waist for whole looks; step well back."),
        say("Nothing but the goods for sale catches the eye: plain shoes, no bag, hair off the collar."),
    ),
    "fashion.hanging": (
        say(
            "Hang the goods on a thin, plain hanger away from the wall, so that their shadow falls off them."
        ),
    ),
    "fashion.shoes": (
        say("Clean the soles, stuff the toes with paper and tie the laces the same way on both."),
        say("Show the pair half from the side, toes to the left; where one shoe is asked for, at 45°."),
    ),
    "fashion.bags": (
        say("Stuff the bag with paper, so that it stands by itself; handles up, lock to the front."),
    ),
    "fashion.jewellery": (
        say("Clean with a cloth, wear gloves, and put white sheets all round: metal mirrors the room."),
        say("Use the 2× lens or macro from a stand. The whole chain stays in the frame, without crossings."),
        say("Make one more photo with a scale or in a hand."),
    ),
    "food": (
        say("The front of the pack to the camera, name and weight readable, edges upright."),
        say("Show the food itself only as it is in the pack; fresh goods dry and without damaged pieces."),
    ),
}
"""Category → what to mind; a category also takes what its parents say."""

FOR_A_MODEL: tuple[Words, ...] = (
    say(
        "Lay the garment flat on an even sheet, or put it on an invisible mannequin: one that is cut out of"
        " the picture afterwards."
    ),
    say("The front to the camera, the camera straight above or straight in front, not at a slant."),
    say("Spread the sleeves and trouser legs, so that no part covers another."),
    say("Both halves alike: shoulders at one height, collar open and even, hem straight."),
    say("Even light from both sides: a hard shadow looks like a stain on the worn garment."),
    say("The whole garment in the frame, from the collar to the hem, with ground all round."),
    say("No folds that hide the cut: steam it, close buttons and zips, pull pockets flat."),
    say("Lay belts, ribbons and laces where they will be worn, not across the garment."),
    say("A ground of another colour than the cloth: lace and fur need a strong difference."),
    say("One garment a photo; nothing pinned, no hanger, no hands, no tags."),
    say("Make a second photo of the back in the same way."),
)
"""How to shoot clothes so that a model can wear them later."""

FLAT_CLOTHES = frozenset(
    {"fashion", "fashion.clothes", "fashion.hanging", "fashion.underwear", "fashion.kids"}
)

SHADOWS: Mapping[str, Words] = {
    "none": say("no shadow"),
    "contact": say("a narrow shadow where the goods stand"),
    "drop": say("a soft shadow behind the goods"),
    "contact_drop": say("a shadow under the goods: dark where they stand, soft around"),
    "mirror": say("a reflection on the floor"),
    "source": say("the photo's own shadow"),
}

DONT: Mapping[str, Words] = {
    "frame_fill": say("Too small: the buyer sees the ground, not the goods."),
    "subject_cropped": say("Cut off by the frame: a part is missing."),
    "background_color": say("On a coloured ground: the card falls out of the row."),
    "sharpness": say("Blurred: nothing can be seen when zoomed in."),
    "overlaid_text": say("With a badge: text and prices do not belong on the photo."),
    "forbidden_words": say("With “SALE −50%”: prices and discounts belong in the card."),
    "qr_code": say("With a QR code: it leads the buyer away."),
}
"""Rule → what is wrong in the picture that breaks it."""
