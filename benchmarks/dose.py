"""`evdisc dose` in fresh processes: how long a person waits for the table of doses.

python benchmarks/dose.py [PROTOCOL] [--repeats N] [--sources FOLDER ...]

Prints least, median and largest wall time and processor time. With several folders that hold an
``evdisc`` (``src`` of checkouts) their processes take turns, so that a busy machine slows them
alike. The first call of each compiles what is not cached and is not counted.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CODE = "import sys; from evdisc.cli import main; sys.argv[0] = 'evdisc'; main()"


def call(source: Path, protocol: Path) -> tuple[float, float]:
    """Wall time and processor time of one fresh process, s."""
    before, began = os.times(), time.perf_counter()
    subprocess.run(
        [sys.executable, "-c", CODE, "dose", str(protocol), "--json"], check=True,
        stdout=subprocess.DEVNULL, env={**os.environ, "PYTHONPATH": str(source)},
    )  # fmt: skip
    wall, after = time.perf_counter() - began, os.times()
    used = after.children_user + after.children_system
    return wall, used - before.children_user - before.children_system


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "protocol", type=Path, nargs="?", default=ROOT / "examples/rat-tail-mir-21.yaml"
    )
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--sources", type=Path, nargs="+", default=[ROOT / "src"])
    asked = parser.parse_args()
    found: dict[Path, list[tuple[float, float]]] = {source: [] for source in asked.sources}
    for turn in range(asked.repeats + 1):
        for source, times in found.items():
            measured = call(source, asked.protocol)
            if turn:
                times.append(measured)
    for source, times in found.items():
        for name, column in zip(("wall", "processor"), zip(*times, strict=True), strict=True):
            least, middle, most = min(column), statistics.median(column), max(column)
            print(f"{source}  {name:9} {least:6.3f} {middle:6.3f} {most:6.3f} s")
