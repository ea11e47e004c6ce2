"""Training is an extra: without PyTorch there is nothing to test here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec

import cv2
import pytest

TRAINS = bool(find_spec("torch") and find_spec("onnx"))
collect_ignore_glob = [] if TRAINS else ["test_*.py"]


@pytest.fixture(autouse=True, scope="module")
def one_thread() -> Iterator[None]:
    """Small nets are slower on many threads, and sums differ with their number."""
    import torch

    threads = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    yield
    torch.set_num_threads(threads[0])
    cv2.setNumThreads(threads[1])
