"""What `packshot serve` starts: one role in a process of its own."""

from __future__ import annotations

import socket
import sys

from packshot.service import serving
from packshot.service.settings import from_environment


def main(file: str, role: str) -> None:
    settings = from_environment()
    if role == serving.Role.WEB:
        serving.web(settings, socket.socket(fileno=int(file)))
    else:
        serving.worker(settings)


if __name__ == "__main__":
    main(*sys.argv[1:3])
