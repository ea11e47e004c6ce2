"""Files that are there as a whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


def write_whole(path: Path | str, data: bytes, *, by_way_of: Path | None = None) -> None:
    """Writes beside, then renames over: who reads the path never sees a half file, not even after a
    power cut. Folders must exist; `by_way_of`, on the same disk, is where half files may lie.
    """
    path = Path(path)
    beside_in = by_way_of or path.parent
    handle, beside = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".part", dir=beside_in)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _open_to_all(beside)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise


def _open_to_all(path: str) -> None:
    """mkstemp makes files for the owner alone; a result has the mode that any new file has."""
    if os.name == "posix":
        Path(path).chmod(0o666 & ~_umask())


def _umask() -> int:
    """Read without changing it where the system tells; the usual one elsewhere."""
    try:
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith("Umask:"):
                return int(line.split()[1], 8)
    except OSError:
        pass
    return 0o022
