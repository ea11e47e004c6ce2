"""Works that stand in for the journey where a test is about the cluster; its workers import them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packshot.batch.names import Item
from packshot.batch.orders import Work


@dataclass(frozen=True)
class Stamp:
    """The photo's bytes turned round are its result; what the photo says can make it break."""

    notes: Path
    """A folder where each piece of work that is begun leaves a note."""
    options: str = "plain"
    pause: float = 0.0

    def names(self, item: Item) -> Mapping[str, str]:
        return {"main": f"{item.folder}/{item.sku}_main.txt".lstrip("/")}

    def identity(self, sha256: str, category: str = "") -> Mapping[str, Any]:
        return {"photo_sha256": sha256, "options": self.options}

    def at(self, quality: str) -> Work:
        return self

    def make(self, item: Item, data: bytes) -> tuple[Mapping[str, Any], Mapping[str, bytes]]:
        begun = len(list(self.notes.glob(f"{item.sku}.*")))
        (self.notes / f"{item.sku}.{begun}.{os.getpid()}").touch()
        if data.startswith(b"die always") or (data.startswith(b"die once") and begun == 0):
            os._exit(9)
        if data.startswith(b"stick"):
            time.sleep(600)
        time.sleep(self.pause)
        file, made = self.names(item)["main"], data[::-1] + self.options.encode()
        output = {
            "file": file,
            "sha256": hashlib.sha256(made).hexdigest(),
            "size_bytes": len(made),
            "width": 1,
            "height": 1,
        }
        return {"status": "fixed", "reasons": [], "outputs": {"main": output}}, {file: made}
