"""What people call a colour, in English and Russian. Our own list: the words that shops and feeds use."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from packshot.image.colour import delta_e, lab, lab_of
from packshot.image.types import Colour, Float, colour_of

NAMES: tuple[tuple[str, str, str], ...] = (
    # neutrals, from light to dark; some leave a little room for warm and cool light
    ("#FFFFFF", "white", "белый"),
    ("#F3F2EF", "white", "белый"),
    ("#E6E6E6", "light grey", "светло-серый"),
    ("#CCCCCC", "light grey", "светло-серый"),
    ("#A8A8A8", "grey", "серый"),
    ("#808080", "grey", "серый"),
    ("#5A5A5A", "dark grey", "тёмно-серый"),
    ("#3E4044", "graphite", "графитовый"),
    ("#1E1E20", "black", "чёрный"),
    ("#000000", "black", "чёрный"),
    ("#9AA3AB", "silver", "серебристый"),
    # pale and earthy
    ("#F7F0DC", "ivory", "слоновая кость"),
    ("#F5E6C4", "cream", "кремовый"),
    ("#E0CDA9", "beige", "бежевый"),
    ("#D2B48C", "beige", "бежевый"),
    ("#C9A97C", "sand", "песочный"),
    ("#C3B091", "khaki", "хаки"),
    ("#8A7F56", "dark khaki", "тёмный хаки"),
    ("#A89F91", "taupe", "серо-коричневый"),
    ("#7D7065", "taupe", "серо-коричневый"),
    ("#B5835A", "light brown", "светло-коричневый"),
    ("#8B5A2B", "brown", "коричневый"),
    ("#6B4423", "brown", "коричневый"),
    ("#3F2A1D", "dark brown", "тёмно-коричневый"),
    ("#B87333", "copper", "медный"),
    # reds and pinks
    ("#E53935", "red", "красный"),
    ("#C8102E", "red", "красный"),
    ("#8B0000", "dark red", "тёмно-красный"),
    ("#6D1A2D", "burgundy", "бордовый"),
    ("#A52A2A", "brick red", "кирпичный"),
    ("#B7410E", "rust", "ржавый"),
    ("#FF7F66", "coral", "коралловый"),
    ("#FA9C8C", "salmon", "лососёвый"),
    ("#FFC4A3", "peach", "персиковый"),
    ("#F8D0D8", "light pink", "светло-розовый"),
    ("#F48FB1", "pink", "розовый"),
    ("#D8A7A7", "dusty pink", "пыльно-розовый"),
    ("#E6308A", "hot pink", "ярко-розовый"),
    ("#C2185B", "raspberry", "малиновый"),
    # oranges and yellows
    ("#FB8C00", "orange", "оранжевый"),
    ("#F4511E", "orange red", "красно-оранжевый"),
    ("#FFB300", "amber", "янтарный"),
    ("#D9A21B", "mustard", "горчичный"),
    ("#C9A227", "gold", "золотистый"),
    ("#FFE600", "yellow", "жёлтый"),
    ("#FDD835", "yellow", "жёлтый"),
    ("#FFF29A", "light yellow", "светло-жёлтый"),
    # greens
    ("#C6E03A", "lime", "лаймовый"),
    ("#BFE3B4", "light green", "светло-зелёный"),
    ("#7CB342", "grass green", "травяной"),
    ("#43A047", "green", "зелёный"),
    ("#1B8A3A", "green", "зелёный"),
    ("#0B5D2E", "dark green", "тёмно-зелёный"),
    ("#1F3B2C", "dark green", "тёмно-зелёный"),
    ("#6B7B3A", "olive", "оливковый"),
    ("#4B5320", "army green", "болотный"),
    ("#9CB8A0", "sage", "шалфейный"),
    ("#A8E6CF", "mint", "мятный"),
    ("#00A86B", "emerald", "изумрудный"),
    # blues
    ("#40E0D0", "turquoise", "бирюзовый"),
    ("#00A3A3", "teal", "сине-зелёный"),
    ("#0B5C63", "dark teal", "тёмно-бирюзовый"),
    ("#BBDEFB", "light blue", "светло-голубой"),
    ("#81BEF0", "sky blue", "голубой"),
    ("#29A3E0", "azure", "лазурный"),
    ("#2962D9", "blue", "синий"),
    ("#2845A0", "blue", "синий"),
    ("#1F2F66", "dark blue", "тёмно-синий"),
    ("#141C36", "navy", "тёмно-синий"),
    ("#5B7FA6", "denim blue", "джинсовый"),
    ("#3E5673", "denim blue", "джинсовый"),
    ("#8FA3B8", "grey blue", "серо-голубой"),
    ("#3F51B5", "indigo", "индиго"),
    # purples
    ("#D9C6EC", "lavender", "лавандовый"),
    ("#C3A0D8", "lilac", "сиреневый"),
    ("#8E44AD", "purple", "фиолетовый"),
    ("#5E2A84", "purple", "фиолетовый"),
    ("#36184D", "dark purple", "тёмно-фиолетовый"),
    ("#6A3A5D", "plum", "сливовый"),
    ("#C71FB0", "fuchsia", "фуксия"),
)


def name_of(colour: Colour) -> tuple[str, str]:
    """The nearest name by ΔE00, English and Russian."""
    nearest = int(np.argmin(delta_e(_named(), lab_of(colour))))
    return NAMES[nearest][1], NAMES[nearest][2]


@lru_cache(maxsize=1)
def _named() -> Float:
    return lab(np.array([colour_of(code) for code, _, _ in NAMES], np.uint8))
