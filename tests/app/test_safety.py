"""Who may ask: hosts, origins, tokens, headers, websockets."""

import re
import subprocess
import sys

import httpx
import pytest

from served import COMMAND, SMALL, Served, environment

PAGES = ("/", "/atlas", "/design", "/runs", "/compare", "/data", "/planning")


@pytest.fixture(scope="module")
def open_lab(tmp_path_factory):
    """A laboratory bound to every address."""
    served = Served(tmp_path_factory.mktemp("open") / "workspace", host="0.0.0.0")
    yield served
    served.stop()


def token_of(served):
    return re.search(r"\?token=([A-Za-z0-9_-]{40,})", served.told())[1]


@pytest.mark.parametrize("page", [*PAGES, "/result/" + "a" * 16, "/static/style.css", "/nowhere"])
def test_every_answer_has_the_headers(lab, page):
    with lab.client() as client:
        headers = client.get(page).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "connect-src 'self'" in headers["content-security-policy"]
    assert headers["referrer-policy"] == "same-origin"
    assert "server" not in headers


@pytest.mark.parametrize("page", PAGES)
def test_pages_name_no_other_machine(lab, page):
    with lab.client() as client:
        text = client.get(page).text
    loaded = re.findall(r'(?:src|href|url\()\s*[=(]?\s*["\']?(https?://[^"\'\s)]+)', text)
    assert not [u for u in loaded if "doi.org" not in u]


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8080", "127.0.0.1.evil.example", ""]
)
def test_other_names_for_this_machine_are_refused(lab, host):
    answer = httpx.get(lab.base + "/api/jobs", headers={"host": host})
    assert answer.status_code in (400, 421)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1:1", "file://"])
def test_other_pages_start_nothing(lab, origin):
    with lab.client(headers={"origin": origin}) as client:
        assert client.post("/api/jobs", json={"protocol": SMALL}).status_code == 403
        assert client.get("/api/jobs").json() == []
        upgrade = {"connection": "upgrade", "upgrade": "websocket", "sec-websocket-version": "13",
                   "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}  # fmt: skip
        socket = "/_nicegui_ws/socket.io/?EIO=4&transport=websocket"
        assert client.get(socket, headers=upgrade).status_code == 403
        assert client.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling").status_code == 403


def test_our_own_pages_may_open_a_websocket(lab):
    with lab.client(headers={"origin": lab.base}) as client:
        socket = client.get("/_nicegui_ws/socket.io/?EIO=4&transport=polling")
        assert socket.status_code == 200


def test_cookie_is_unreadable_to_scripts(lab):
    with lab.client() as client:
        told = client.get("/").headers["set-cookie"]
        assert "HttpOnly" in told
        assert "SameSite=Lax" in told
        assert "set-cookie" not in client.get("/").headers


def test_no_cookie_of_a_form_we_did_not_make_is_taken(lab):
    with lab.client(cookies={"evdisc_client": "../../../etc"}) as client:
        assert "evdisc_client=" in client.get("/").headers["set-cookie"]


def test_workspace_keeps_no_key(lab):
    with lab.client() as client:
        client.get("/")
        client.post("/api/files", files={"file": ("x.csv", b"1")})
        key = client.cookies["evdisc_client"]
    names = [p.name for p in (lab.workspace / "users").iterdir()]
    assert key not in names
    assert all(re.fullmatch("[0-9a-f]{32}", name) for name in names)


def test_off_loopback_everything_needs_the_token(open_lab):
    with open_lab.client() as client:
        for path in (*PAGES, "/api/jobs", "/api/openapi.json", "/static/style.css", "/atlas/map",
                     "/_nicegui_ws/socket.io/?EIO=4&transport=polling"):  # fmt: skip
            assert client.get(path).status_code == 401, path
        assert client.post("/api/jobs", json={"protocol": SMALL}).status_code == 401
        page = client.get("/", headers={"accept": "text/html"})
        assert page.status_code == 401
        assert "<form" in page.text
        assert client.get("/", params={"token": "x" * 43}).status_code == 401


def test_token_opens_as_link_and_as_header(open_lab):
    token = token_of(open_lab)
    with open_lab.client() as client:
        first = client.get("/design", params={"token": token, "a": "1"})
        assert first.status_code == 303
        assert first.headers["location"] == "/design?a=1"
        assert "HttpOnly" in first.headers["set-cookie"]
        assert client.get("/design").status_code == 200
    with open_lab.client(headers={"authorization": f"Bearer {token}"}) as client:
        assert client.get("/api/jobs").status_code == 200
        named = client.get("/api/jobs", headers={"host": "laboratory.example"})
        assert named.status_code == 200


def test_token_never_sends_elsewhere(open_lab):
    with open_lab.client() as client:
        answer = client.get("//evil.example/x", params={"token": token_of(open_lab)})
        assert answer.headers["location"].startswith("/")
        assert not answer.headers["location"].startswith("//")


def test_token_is_told_once_and_only_off_loopback(lab, open_lab):
    assert "token" not in lab.told()
    assert open_lab.told().count(token_of(open_lab)) == 1


@pytest.mark.parametrize(
    "words", [["--port", "0"], ["--port", "99999"], ["--host", "no.such.host"]]
)
def test_bad_addresses_are_one_line(words, tmp_path):
    run = subprocess.run([sys.executable, "-c", COMMAND, "serve", *words, "--workspace", "x"],
                         env=environment(), cwd=tmp_path, capture_output=True, text=True,
                         check=False)  # fmt: skip
    assert run.returncode == 2
    assert "Traceback" not in run.stderr
    assert list(tmp_path.iterdir()) == []
