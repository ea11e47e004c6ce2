"""One engine on one picture in a process of its own: processor time, and the peak of memory.

python -m enlarge.alone ENGINE SCALE WIDTH HEIGHT ROUNDS [WEIGHTS]      from the folder above; prints JSON
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

from enlarge.engines import known

PHOTO = Path(__file__).parents[2] / "examples" / "photos" / "cluttered_table.jpg"
"""No even place in it, so that no tile is left out."""


def main() -> None:
    name, *numbers = sys.argv[1:6]
    scale, width, height, rounds = map(int, numbers)
    engine = known(Path(sys.argv[6]) if len(sys.argv) > 6 else None)[name]
    cv2.setNumThreads(1)
    photo = cv2.imread(str(PHOTO), cv2.IMREAD_COLOR_RGB)
    assert photo is not None, PHOTO
    picture = np.asarray(cv2.resize(photo, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)
    seconds, before = [], peak_mb()
    for _ in range(1 + rounds):
        start = time.process_time()
        engine(picture, scale)
        seconds.append(time.process_time() - start)
    print(json.dumps({"seconds": seconds, "before_mb": before, "peak_mb": peak_mb()}))


def peak_mb() -> float:
    """Linux only. `ru_maxrss` would begin with the peak of the process that started this one."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


if __name__ == "__main__":
    main()
