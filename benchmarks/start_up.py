"""Fresh processes: how long a person waits, beside `import numpy` measured in the same run.

python benchmarks/start_up.py
"""

import statistics
import subprocess
import sys
import time

CLI = "from evdisc.cli import main; import sys; sys.argv = ['evdisc', *{!r}]; main()"
CASES = {
    "import numpy": "import numpy",
    "evdisc --version": CLI.format(["--version"]),
    "evdisc --help": CLI.format(["--help"]),
    "evidence find": CLI.format(["evidence", "find", "miR-31"]),
    "evidence conflicts": CLI.format(["evidence", "conflicts"]),
    "evidence gaps": CLI.format(["evidence", "gaps"]),
}
REPEATS = 7


def seconds(code: str) -> float:
    """Median wall time of a fresh interpreter that runs ``code``."""
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - began)
    return statistics.median(times)


if __name__ == "__main__":
    found = {name: seconds(code) for name, code in CASES.items()}
    for name, value in found.items():
        print(f"{name:20} {value:6.3f} s   {value / found['import numpy']:5.2f} x import numpy")
