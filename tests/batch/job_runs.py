"""A run as a process of its own, to be stopped from outside: python job_runs.py SOURCE OUT NOTES [OPTIONS]"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from job_works import Flaky, Mirror, Photos

from packshot.batch.crew import Limits
from packshot.batch.job import Job, run
from packshot.batch.local import Local
from packshot.batch.store import Store
from packshot.batch.tally import Tally
from packshot.errors import StoreFailed


def main() -> int:
    parser = argparse.ArgumentParser()
    for name in ("source", "out", "notes"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--shard", type=int, default=5)
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--flaky", type=float, default=0.0)
    given = parser.parse_args()
    store = Flaky(str(given.out), share=given.flaky) if given.flaky else Store.at(given.out)
    job = Job(Photos(given.source), store, Mirror(given.notes, pause=given.pause), shard=given.shard)
    try:
        print(run(job, Local(2, Limits(seconds=60)), Tally()))
    except KeyboardInterrupt:
        return 130
    except StoreFailed as error:
        print(error, file=sys.stderr)
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
