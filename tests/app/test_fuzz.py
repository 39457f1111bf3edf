"""The job API under requests nobody would send: no traceback, nothing outside the workspace."""

from __future__ import annotations

import contextlib
import string
import sys
from collections import Counter
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable

from served import SMALL, Served

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

#: what a request must never bring back
LEAKS = ("Traceback", "root:x:0", "def build(", 'File "/', "site-packages")
NASTY = (
    "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "a" * 16, "%00", "\x00", "~",
    "result.json", "..", ".", "NUL", "C:\\x", "a" * 5000, "💥", "'; DROP", "{{7*7}}", "<script>",
)  # fmt: skip
BAD_YAML = (
    "nan", "1e999", "!!python/name:os.system", "*a", "&a", "- " * 40, "[" * 100, "{",
    "evidence: {overlays: [/etc/passwd]}", "members: 1e9",
)  # fmt: skip
QUIET = (HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    """A laboratory, its neighbourhood on disk, and how it answered."""
    root = tmp_path_factory.mktemp("fuzz")
    (root / "secret.txt").write_text("root:x:0", "utf-8")
    served = Served(root / "workspace")
    answers: Counter[int] = Counter()
    yield served, answers
    served.stop()
    assert {p.name for p in root.iterdir()} == {"secret.txt", "workspace", "workspace.log"}
    assert (root / "secret.txt").read_text("utf-8") == "root:x:0"
    assert "Traceback" not in served.told(), served.told()[-3000:]
    told = f"{answers.total()} odd requests: {dict(sorted(answers.items()))}"
    sys.stderr.write(f"\n{told}\n")


def often(examples):
    """Settings of one round of requests."""
    return settings(max_examples=examples, deadline=None, phases=(Phase.generate,),
                    suppress_health_check=QUIET, database=None)  # fmt: skip


def judge(answer, answers):
    """An answer is one of ours, in time, and tells nothing it should not."""
    answers[answer.status_code] += 1
    assert answer.status_code < 500, answer.text[:500]
    assert not any(leak in answer.text for leak in LEAKS), answer.text[:500]
    if (
        answer.status_code >= 400
        and answer.content
        and answer.headers["content-type"] == "application/json"
    ):
        told = answer.json()
        assert "\n" not in str(told.get("error") or told["detail"])


def of_schema(fuzzed, examples):
    """Ask what the OpenAPI document says can be asked, and what it says cannot."""
    served, answers = fuzzed
    schema = schemathesis.openapi.from_url(served.base + "/api/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    key = {"x-evdisc-client": "the-key-of-the-one-who-fuzzes"}
    with served.client() as client:
        for operation in operations:
            for mode in schemathesis.GenerationMode:
                cases = operation.as_strategy(generation_mode=mode)

                @given(case=cases)
                @often(max(examples // (2 * len(operations)), 5))
                def ask(case):
                    kwargs = case.as_transport_kwargs(base_url=served.base)
                    told = {k: v for k, v in (kwargs.pop("headers", None) or {}).items()
                            if str(v).isascii() and str(v).isprintable()}  # fmt: skip
                    kwargs.pop("cookies", None)
                    for name in (
                        "verify",
                        "timeout",
                        "allow_redirects",
                        "cert",
                        "proxies",
                        "stream",
                    ):
                        kwargs.pop(name, None)
                    if isinstance(kwargs.get("data"), (bytes, str)):
                        kwargs["content"] = kwargs.pop("data")
                    try:
                        answer = client.request(headers={**told, **key}, **kwargs)
                    except (httpx.InvalidURL, AttributeError, TypeError, ValueError):
                        return  # nothing httpx would send
                    judge(answer, answers)

                # an operation without parameters cannot be asked wrongly
                with contextlib.suppress(Unsatisfiable):
                    ask()
        for job in client.get("/api/jobs", headers=key).json():
            client.delete(f"/api/jobs/{job['id']}", headers=key)


def of_paths(fuzzed, examples):
    """Ask for paths made of nasty parts, with every method."""
    served, answers = fuzzed
    parts = st.one_of(st.sampled_from(NASTY), st.text(string.printable, max_size=30))
    starts = st.sampled_from(("/api/jobs", "/api/files", "/static", "/result", "/api", "/_nicegui",
                              "/atlas", "/_nicegui/3/libraries", ""))  # fmt: skip
    methods = st.sampled_from(("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"))
    with served.client() as client:

        @given(method=methods, start=starts, rest=st.lists(parts, min_size=1, max_size=3),
               body=st.binary(max_size=200))  # fmt: skip
        @often(examples)
        def ask(method, start, rest, body):
            path = "/".join([start, *rest]).encode("utf-8", "replace")
            raw = bytes(b if 33 <= b < 127 and b not in b'"<>\\^`{|}?#' else 43 for b in path)
            url = served.base + raw.decode("ascii")
            try:
                answer = client.request(method, url, content=body)
            except (httpx.InvalidURL, ValueError):  # nothing httpx would send
                return
            judge(answer, answers)

        ask()


def of_protocols(fuzzed, examples):
    """Protocols with lines cut, doubled and swapped, and bytes that are no text."""
    served, answers = fuzzed
    lines = SMALL.splitlines()
    word = st.sampled_from((*NASTY, *BAD_YAML))
    with served.client() as client:

        @given(edits=st.lists(st.tuples(st.integers(0, len(lines) - 1), word,
                                        st.sampled_from(["cut", "swap", "add", "end"])),
                              min_size=1, max_size=4))  # fmt: skip
        @often(examples)
        def ask(edits):
            text = list(lines)
            for at, new, how in edits:
                at = min(at, len(text) - 1)
                if how == "cut" and len(text) > 1:
                    del text[at]
                elif how == "swap":
                    text[at] = text[at].partition(":")[0] + ": " + new
                else:
                    text[at] = text[at] + new if how == "end" else new
            body = {"protocol": "\n".join(text)}
            judge(client.post("/api/check", json=body), answers)

        ask()


def test_a_few_hundred_odd_requests(fuzzed):
    of_schema(fuzzed, 250)
    of_paths(fuzzed, 150)
    of_protocols(fuzzed, 60)


@pytest.mark.slow
def test_ten_thousand_odd_requests(fuzzed):
    _, answers = fuzzed
    of_schema(fuzzed, 6000)
    of_protocols(fuzzed, 1000)
    of_paths(fuzzed, 10_500 - answers.total())
    assert answers.total() >= 10_000


def test_workspace_holds_only_what_it_should(fuzzed):
    served, _ = fuzzed
    known = {"design.json", "job.json", "protocol.yaml", "stdout.txt", "stderr.txt", "file.json",
             "progress.json"}  # fmt: skip
    for path in served.workspace.rglob("*"):
        inside = path.relative_to(served.workspace)
        kept = inside.parts[0] in ("users", "pages", ".lock")
        assert kept, inside
        if inside.parts[0] == "users" and path.is_file() and "files" not in inside.parts:
            assert path.name in known or "out" in inside.parts, inside
    assert Path(served.workspace).is_dir()
