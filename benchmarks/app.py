"""Twenty users at once: how long a page takes, and whether a job is lost.

python benchmarks/app.py [--users 20] [--kill]

Starts `evdisc serve` in a folder of its own; every user runs a small study and keeps opening pages
and asking for the state of their job, about once in three seconds, until it is done.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from served import SMALL, Served

PAGES = ("/", "/atlas", "/design", "/runs", "/compare", "/api/jobs")


class User(threading.Thread):
    """One user: a job, and pages until it is done."""

    def __init__(self, served: Served, number: int, pause: float = 3.0) -> None:
        super().__init__(daemon=True)
        self.served, self.number, self.pause = served, number, pause
        self.seconds: list[tuple[str, float]] = []
        self.errors: list[str] = []
        self.state = "not started"
        self.job = ""

    def timed(
        self, client: httpx.Client, method: str, path: str, **given: object
    ) -> httpx.Response:
        """One action and how long it took."""
        began = time.perf_counter()
        answer = client.request(method, path, **given)
        self.seconds.append((f"{method} {path.partition(self.job or '?')[0]}",
                             time.perf_counter() - began))  # fmt: skip
        if answer.status_code >= 400:
            self.errors.append(f"{path}: {answer.status_code} {answer.text[:200]}")
        return answer

    def run(self) -> None:
        """Ask, look, wait."""
        # people do not click in step
        chance = random.Random(self.number)
        time.sleep(chance.uniform(0.0, self.pause))
        with self.served.client() as client:
            text = SMALL.replace("seed: 1", f"seed: {self.number + 1}")
            self.job = self.timed(client, "POST", "/api/jobs", json={"protocol": text}).json()["id"]
            turn = self.number
            while self.state not in ("done", "failed", "cancelled"):
                try:
                    self.timed(client, "GET", PAGES[turn % len(PAGES)])
                    told = self.timed(client, "GET", f"/api/jobs/{self.job}")
                    self.state = told.json().get("state", "?")
                except httpx.TransportError as error:
                    # the server was killed: a user tries again
                    self.errors += [] if self.served.killed else [repr(error)]
                turn += 1
                time.sleep(chance.uniform(0.5, 1.5) * self.pause)


class Killable(Served):
    """A server that may be killed while users are there."""

    killed = False

    def crash(self) -> None:
        """Kill it and start it again."""
        self.killed = True
        self.kill()
        self.start()
        time.sleep(1.0)
        self.killed = False


def crowd(served: Killable, users: int, kill: bool = False) -> list[User]:
    """Let users work until all their jobs have ended."""
    everyone = [User(served, n) for n in range(users)]
    for user in everyone:
        user.start()
    if kill:
        while sum(u.state == "done" for u in everyone) < users // 4:
            time.sleep(0.2)
        served.crash()
    for user in everyone:
        user.join(900)
    return everyone


def percentile(values: list[float], share: float) -> float:
    """A percentile of values."""
    return sorted(values)[min(int(share * len(values)), len(values) - 1)]


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--users", type=int, default=20)
    parser.add_argument("--kill", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        served = Killable(Path(folder) / "workspace")
        began = time.perf_counter()
        everyone = crowd(served, asked.users, asked.kill)
        seconds = time.perf_counter() - began
        served.stop()
    times = [s for u in everyone for _, s in u.seconds]
    done = sum(u.state == "done" for u in everyone)
    errors = [e for u in everyone for e in u.errors]
    print(f"{asked.users} users, {done} jobs done in {seconds:.0f} s, {len(errors)} errors")
    middle, high = statistics.median(times), percentile(times, 0.95)
    print(f"{len(times)} actions: median {1e3 * middle:.0f} ms, p95 {1e3 * high:.0f} ms")
    print(f"longest {1e3 * max(times):.0f} ms")
    for name in sorted({n for u in everyone for n, _ in u.seconds}):
        own = [s for u in everyone for n, s in u.seconds if n == name]
        print(f"  {name}: {len(own)}, p95 {1e3 * percentile(own, 0.95):.0f} ms")
    for error in errors[:10]:
        print("  " + error)


if __name__ == "__main__":
    main()
