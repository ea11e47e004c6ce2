"""The benchmarks are scripts, not part of the package: their folder joins the path here."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))
