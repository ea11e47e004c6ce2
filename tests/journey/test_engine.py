"""Another engine for the cut-out: asked by name, told in the identity."""

from __future__ import annotations

import json

import numpy as np
import pytest

import packshot
from packshot.errors import BadOption


def mug() -> np.ndarray:
    """A red box on grey paper with grain, which no studio path is quite sure of."""
    random = np.random.default_rng(3)
    pixels = random.normal(190, 14, (320, 320, 3)).clip(0, 255).astype(np.uint8)
    pixels[90:250, 100:220] = (170, 40, 40)
    return pixels


def test_the_named_engine_is_asked_and_stands_in_the_identity() -> None:
    usual, other = packshot.fix(mug()), packshot.fix(mug(), engine="grabcut")
    assert usual.identity is not None
    assert other.identity is not None
    assert "engine" not in json.loads(usual.identity.options)
    assert json.loads(other.identity.options)["engine"] == "grabcut"
    assert "segment_net" not in json.loads(other.identity.weights)
    assert other.cutout is not None
    assert other.cutout.engine != "segment_net"


def test_an_engine_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(BadOption, match="grabcut"):
        packshot.fix(mug(), engine="magic")
