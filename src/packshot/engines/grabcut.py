"""A classical second opinion for everyday grounds: GrabCut, seeded by what differs from the rim."""

from __future__ import annotations

import cv2
import numpy as np

from packshot.engines.base import Opinion, engine
from packshot.image.types import RGB, Float, Grey

ROUNDS = 3
"""More rounds change under 1 % of the pixels (clothes, train)."""
SEED = 7
"""OpenCV starts its colour clusters at random; a fixed seed gives the same picture the same mask."""


@engine("segmenter", "grabcut")
class GrabCut:
    """Two colour mixtures and a cut along edges. Knows no goods: it finds what stands out from the rim."""

    name = "grabcut"
    longest_side = 256

    def segment(self, pixels: RGB) -> Opinion:
        salient = saliency(pixels)
        seeds = _seeds(salient)
        if not (seeds == cv2.GC_PR_FGD).any():
            return Opinion(np.zeros(salient.shape, np.uint8), 0.0)
        cut = _cut(pixels, seeds)
        alpha = cut * np.uint8(255)
        return Opinion(alpha, _confidence(pixels, cut, salient), _unsure(cut))


def saliency(pixels: RGB) -> Float:
    """0…1: how far a pixel's colour is from the rim's, and how near the middle it lies."""
    lab = cv2.cvtColor(cv2.GaussianBlur(pixels, (0, 0), 1.5), cv2.COLOR_RGB2Lab).astype(np.float32)
    h, w = lab.shape[:2]
    band = max(2, round(0.04 * min(h, w)))
    rim = np.ones((h, w), bool)
    rim[band : h - band, band : w - band] = False
    away = np.full((h, w), np.inf, np.float32)
    for colour in _palette(lab[rim].astype(np.float32)):
        away = np.minimum(away, np.linalg.norm(lab - colour, axis=2).astype(np.float32))
    y = np.linspace(-1, 1, h, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, w, dtype=np.float32)
    middle = np.exp(-(x * x + y * y) / 0.9)
    spread = max(float(np.percentile(away[rim], 90)), 3.0)
    return (np.clip(away / (4 * spread), 0, 1) * middle).astype(np.float32)


def _palette(colours: Float, count: int = 5) -> Float:
    """The rim's main colours, by farthest-first picking and two rounds of k-means: no chance in it."""
    sample = colours[:: max(1, len(colours) // 1500)]
    centres: list[Float] = [np.median(sample, axis=0).astype(np.float32)]
    for _ in range(count - 1):
        away = np.min([np.linalg.norm(sample - c, axis=1) for c in centres], axis=0)
        centres.append(sample[np.argsort(away)[int(0.95 * len(away))]])
    picked = np.asarray(centres, np.float32)
    for _ in range(2):
        nearest = np.argmin(np.linalg.norm(sample[:, None] - picked[None], axis=2), axis=1)
        for i in range(count):
            if (nearest == i).any():
                picked[i] = sample[nearest == i].mean(axis=0)
    return picked


def _seeds(salient: Float) -> Grey:
    h, w = salient.shape
    seeds = np.full((h, w), cv2.GC_PR_BGD, np.uint8)
    bar = max(0.2, float(np.percentile(salient, 75)) * 0.8)
    seeds[salient > bar] = cv2.GC_PR_FGD
    edge = max(1, round(0.015 * min(h, w)))
    rim = np.ones((h, w), bool)
    rim[edge : h - edge, edge : w - edge] = False
    seeds[rim & (salient < 0.5)] = cv2.GC_BGD
    return seeds


def _cut(pixels: RGB, seeds: Grey) -> Grey:
    cv2.setRNGSeed(SEED)
    mask = seeds.copy()
    ground, goods = np.zeros((1, 65)), np.zeros((1, 65))
    try:
        cv2.grabCut(pixels, mask, (0, 0, 0, 0), ground, goods, ROUNDS, cv2.GC_INIT_WITH_MASK)
    except cv2.error:  # too few seeds of one kind: it has nothing to say
        return np.zeros(seeds.shape, np.uint8)
    cut = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (3, 3))
    return cv2.morphologyEx(cut, cv2.MORPH_OPEN, kernel).astype(np.uint8)


def _confidence(pixels: RGB, cut: Grey, salient: Float) -> float:
    """A product: stands out, is in one or few pieces, leaves the rim free, and has an outline on edges."""
    share = float(cut.mean())
    if share < 0.003 or share > 0.92:
        return 0.0
    inside, outside = float(salient[cut > 0].mean()), float(salient[cut == 0].mean())
    stands_out = float(np.clip((inside - outside) / 0.4, 0, 1))
    rim = np.concatenate([cut[0], cut[-1], cut[:, 0], cut[:, -1]])
    free = float(np.clip(1.15 - 1.5 * rim.mean(), 0, 1))
    pieces = cv2.connectedComponentsWithStats(cut)[2][1:, cv2.CC_STAT_AREA]
    whole = float(np.sort(pieces)[-3:].sum()) / float(cut.sum())
    return 0.8 * stands_out * free * whole * _on_edges(pixels, cut)


def _on_edges(pixels: RGB, cut: Grey) -> float:
    """0…1: how much steeper the picture is along the outline than elsewhere."""
    kernel = np.ones((3, 3), np.uint8)
    soft = cv2.GaussianBlur(pixels, (0, 0), 1.0)
    steep = cv2.morphologyEx(soft, cv2.MORPH_GRADIENT, kernel).max(axis=2)
    outline = cv2.dilate(cut, kernel) != cv2.erode(cut, kernel)
    ground = cv2.dilate(cut, np.ones((9, 9), np.uint8)) == 0
    along = float(np.median(steep[outline])) if outline.any() else 0.0
    elsewhere = float(np.percentile(steep[ground], 75)) if ground.any() else along
    return float(np.clip((along / (elsewhere + 3) - 0.6) / 1.4, 0, 1))


def _unsure(cut: Grey) -> Grey:
    kernel = np.ones((5, 5), np.uint8)
    band: Grey = (cv2.dilate(cut, kernel) != cv2.erode(cut, kernel)).astype(np.uint8) * np.uint8(255)
    return band
