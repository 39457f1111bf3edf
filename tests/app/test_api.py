"""The job API: one answer with the command line, users apart, faults in one line."""

import json
import subprocess
import sys

import pytest

from served import COMMAND, SMALL, Served, environment, wait_for


@pytest.fixture(scope="module")
def done(lab):
    """A user with a finished run."""
    with lab.client() as client:
        job = client.post("/api/jobs", json={"protocol": SMALL})
        assert job.status_code == 201, job.text
        ended = wait_for(client, job.json()["id"])
        assert ended["state"] == "done", ended
        yield client, ended["id"]


def test_result_is_byte_for_byte_that_of_the_command_line(done, tmp_path):
    client, job = done
    (tmp_path / "small.yaml").write_text(SMALL, "utf-8")
    words = ["run", "small.yaml", "--out", "here"]
    subprocess.run([sys.executable, "-c", COMMAND, *words], cwd=tmp_path, env=environment(),
                   check=True, capture_output=True)  # fmt: skip
    served = client.get(f"/api/jobs/{job}/result.json")
    assert served.content == (tmp_path / "here" / "result.json").read_bytes()


def test_every_download_is_there(done):
    client, job = done
    for name in ("result.json", "report.html", "protocol.yaml", "series.parquet",
                 "CITATIONS.bib", "ro-crate-metadata.json", "crate/zip"):  # fmt: skip
        answer = client.get(f"/api/jobs/{job}/{name}")
        assert answer.status_code == 200, name
        assert len(answer.content) > 100, name
    assert client.get(f"/api/jobs/{job}/protocol.yaml").text == SMALL


def test_report_page_can_reach_nothing(done):
    client, job = done
    policy = client.get(f"/api/jobs/{job}/report.html").headers["content-security-policy"]
    assert policy.startswith("sandbox")
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("figure", ["disc height index", "whereabouts", "by cell"])
def test_figures_have_their_numbers(done, figure):
    client, job = done
    answer = client.get(f"/api/jobs/{job}/data/csv", params={"figure": figure})
    assert answer.status_code == 200, answer.text
    assert answer.text.count("\n") > 2


def test_curve_is_the_result(done):
    client, job = done
    text = client.get(f"/api/jobs/{job}/data/csv", params={"figure": "GAG"}).text
    rows = [line.split(",") for line in text.splitlines()[1:]]
    last = [r for r in rows if r[:2] == ["stoichiometric", "treated"]][-1]
    course = client.get(f"/api/jobs/{job}/result.json").json()["readouts"]["GAG"]
    told = course["hypotheses"]["stoichiometric"]["arms"]["treated"]["median"][-1]
    assert float(last[3]) == told


def test_unknown_figure_is_one_line(done):
    client, job = done
    answer = client.get(f"/api/jobs/{job}/data/csv", params={"figure": "GAGG"})
    assert answer.status_code == 422
    assert "did you mean 'GAG'" in answer.json()["error"]


def test_a_job_is_nobody_elses(lab, done):
    _, job = done
    with lab.client() as other:
        assert other.get("/api/jobs").json() == []
        for name in ("", "/result.json", "/report.html", "/crate/zip", "/made/0"):
            assert other.get(f"/api/jobs/{job}{name}").status_code == 404, name
        assert other.delete(f"/api/jobs/{job}").status_code == 404
        assert other.post(f"/api/jobs/{job}/resume").status_code == 404


def test_a_user_without_cookies_names_themself(lab):
    key = {"x-evdisc-client": "a-key-of-my-own-that-is-long"}
    with lab.client() as first, lab.client() as second:
        job = first.post("/api/jobs", json={"protocol": SMALL, "members": 1}, headers=key).json()
        second.cookies.clear()
        assert second.get(f"/api/jobs/{job['id']}", headers=key).json()["id"] == job["id"]
        assert second.delete(f"/api/jobs/{job['id']}", headers=key).status_code == 200


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("dose: 1e8 partcles", "did you mean 'particles'"),
        ("dose: 1e8 particles\n    dosse: 1", "unknown key"),
        ("dose: !!python/object:os.system x", "tags are not allowed"),
    ],
)
def test_faulty_protocols_start_nothing(lab, change, told):
    with lab.client() as client:
        text = SMALL.replace("dose: 1e8 particles", change)
        answer = client.post("/api/jobs", json={"protocol": text})
        assert answer.status_code == 422
        assert told in answer.json()["error"]
        assert "\n" not in answer.json()["error"]
        assert client.get("/api/jobs").json() == []
        assert client.post("/api/check", json={"protocol": text}).json()["valid"] is False


def test_a_path_as_overlay_is_refused(lab):
    with lab.client() as client:
        for name in ("/etc/passwd", "../../other/file.csv", "mine.csv", "protocol.yaml"):
            text = SMALL.replace("overlays: []", f"overlays: [{json.dumps(name)}]")
            answer = client.post("/api/jobs", json={"protocol": text})
            assert answer.status_code == 422, name
            assert "none of your files" in answer.json()["error"]


def test_a_path_as_posterior_is_refused_and_never_read(lab, tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text('{"format": "evdisc-posterior/9"}', "utf-8")
    with lab.client() as client:
        for name in ("/etc/passwd", str(secret), "../../fit.posterior.json", "mine.json"):
            text = SMALL.replace("seed: 1", f"seed: 1, posterior: {json.dumps(name)}")
            text = text if name in text else SMALL.replace(
                "  seed: 1", f"  seed: 1\n  posterior: {json.dumps(name)}")  # fmt: skip
            assert name in text
            for address in ("/api/jobs", "/api/dose"):
                answer = client.post(address, json={"protocol": text})
                assert answer.status_code == 422, (name, address, answer.text)
                assert "file" in answer.json()["error"]
                assert "posterior/9" not in answer.text


def test_yaml_bombs_are_refused(lab):
    bomb = "a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\n"
    deep = "a: " + "[" * 5000 + "]" * 5000
    with lab.client() as client:
        for text in (bomb, deep, "a: 1\n" * 3, "\x00", "evdisc: 1", "[1, 2]", "---\n---\n"):
            answer = client.post("/api/check", json={"protocol": text})
            assert answer.status_code == 200, answer.text
            assert answer.json()["valid"] is False, text[:20]


def test_oversize_requests_are_refused(lab):
    with lab.client() as client:
        big = client.post("/api/check", json={"protocol": "x" * 1_100_000})
        assert big.status_code == 413
        assert client.post("/api/check", json={"protocol": "x" * 300_000}).status_code == 422
        file = client.post("/api/files", files={"file": ("big.csv", b"x" * 25_100_000)})
        assert file.status_code == 413


def test_too_many_members_are_refused(lab):
    with lab.client() as client:
        text = SMALL.replace("members: 2", "members: 90000")
        answer = client.post("/api/jobs", json={"protocol": text})
        assert answer.status_code == 422
        assert "at most" in answer.json()["error"]


def test_files_are_kept_by_id(lab):
    with lab.client() as client, lab.client() as other:
        made = client.post("/api/files", files={"file": ("../../x.csv", b"a,b\n1,2\n")})
        assert made.status_code == 201, made.text
        assert made.json()["name"] == "x.csv"
        assert [f["id"] for f in client.get("/api/files").json()] == [made.json()["id"]]
        assert other.get("/api/files").json() == []
        assert other.delete(f"/api/files/{made.json()['id']}").status_code == 404
        for name in ("x.exe", "x", "x.html", ""):
            answer = client.post("/api/files", files={"file": (name, b"1")})
            assert answer.status_code == 422, name
        assert client.delete(f"/api/files/{made.json()['id']}").status_code == 200
    stray = [p for p in lab.workspace.rglob("x.csv")]
    assert stray == []


@pytest.mark.parametrize(
    "path",
    ["/api/jobs/..%2f..%2fetc", "/api/jobs/../../etc/passwd", "/api/files/%2e%2e", "/api/nothing",
     "/static/..%2f..%2fserver.py", "/static/%2e%2e/server.py", "/api/jobs/" + "a" * 16],
)  # fmt: skip
def test_paths_lead_nowhere(lab, path):
    with lab.client() as client:
        answer = client.get(path)
        assert answer.status_code in (404, 405, 422), answer.text[:200]
        assert "def build" not in answer.text
        assert "Traceback" not in answer.text


def test_cancel_and_delete(lab):
    with lab.client() as client:
        jobs = [client.post("/api/jobs", json={"protocol": SMALL, "members": 60}).json()["id"]
                for _ in range(4)]  # fmt: skip
        states = {j["id"]: j["state"] for j in client.get("/api/jobs").json()}
        assert sorted(states.values()).count("running") <= 2
        refused = client.delete(f"/api/jobs/{jobs[0]}", params={"forget": True})
        assert refused.status_code == 409
        for job in jobs:
            assert client.delete(f"/api/jobs/{job}").json()["state"] == "cancelled"
        assert wait_for(client, jobs[3])["state"] == "cancelled"
        assert client.delete(f"/api/jobs/{jobs[3]}", params={"forget": True}).status_code == 200
        assert client.get(f"/api/jobs/{jobs[3]}").status_code == 404


def test_a_user_has_a_limit_of_jobs(lab):
    with lab.client() as client:
        answers = [client.post("/api/jobs", json={"protocol": SMALL, "members": 200})
                   for _ in range(21)]  # fmt: skip
        assert [a.status_code for a in answers] == [201] * 20 + [422]
        for answer in answers[:20]:
            client.delete(f"/api/jobs/{answer.json()['id']}")


def test_two_servers_do_not_share_a_workspace(lab):
    words = ["serve", "--port", "0", "--workspace", str(lab.workspace)]
    run = subprocess.run([sys.executable, "-c", COMMAND, *words], env=environment(),
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert run.returncode == 2
    words[2] = str(Served.__init__.__globals__["free_port"]())
    run = subprocess.run([sys.executable, "-c", COMMAND, *words], env=environment(),
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert run.returncode == 2
    assert "is served by another process" in run.stderr
    words[2] = str(lab.port)
    run = subprocess.run([sys.executable, "-c", COMMAND, *words], env=environment(),
                         capture_output=True, text=True, check=False)  # fmt: skip
    assert run.returncode == 2
    assert "cannot be listened on" in run.stderr
