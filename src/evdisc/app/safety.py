"""Who may ask what: host, origin, token, size, and the headers of every answer.

On loopback there is no log-in, and the host a browser names must be this machine, so that no page
of the web can reach the laboratory under a name of its own. Bound elsewhere, every request shows
the token. A request that changes something, and every websocket, must come from a page of ours.
"""

from __future__ import annotations

import hashlib
import hmac
import html
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOOPBACK = ("127.0.0.1", "localhost", "::1")
#: largest body of a request, bytes; and of one that brings a file
MOST_BODY, MOST_UPLOAD = 1_000_000, 25_000_000
CLIENT_COOKIE = "evdisc_client"
CLIENT_HEADER = "x-evdisc-client"
KEY = re.compile(r"[A-Za-z0-9_-]{22,86}")
YEAR = 365 * 24 * 3600
#: scripts and styles of the page are our own, and inline; nothing is asked of another machine
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
    "connect-src 'self'; frame-src 'self'; worker-src 'self' blob:; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
#: a report runs its own figures and can reach nothing
REPORT_POLICY = (
    "sandbox allow-scripts allow-downloads; default-src 'none'; script-src 'unsafe-inline'; "
    "style-src 'unsafe-inline'; img-src data: blob:; frame-ancestors 'self'"
)
LOGIN = """<!doctype html><html lang="en"><meta charset="utf-8"><title>evdisc: token</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>:root{{color-scheme:light dark}}body{{font:16px/1.5 system-ui;max-width:34em;
margin:12vh auto;padding:0 1em}}input,button{{font:inherit;padding:.4em .6em}}</style>
<main><h1>evdisc</h1><p>{told}</p><form method="get" action="/"><label>Token
<input name="token" type="password" autocomplete="off" required></label>
<button>Open</button></form></main></html>"""


@dataclass(frozen=True)
class Door:
    """How the laboratory is reached: where it listens, and its token (None on loopback)."""

    host: str
    port: int
    token: str | None

    @property
    def token_cookie(self) -> str:
        """Name of the cookie with the token; cookies do not know ports, so it names ours."""
        return f"evdisc_token_{self.port}"


def door(host: str, port: int) -> Door:
    """The door for an address: without a token on loopback, with a new one anywhere else."""
    return Door(host, port, None if host in LOOPBACK else secrets.token_urlsafe(32))


def owner_of(key: str) -> str:
    """Name of a user's folder from the key in their cookie; the key itself is never stored."""
    return hashlib.sha256(key.encode()).hexdigest()[:32]


class Guard:
    """ASGI middleware around the whole application."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self.app, self.door = app, door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refusal, or pass the request on with its owner named."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        cookies = read_cookies(headers)
        refusal = self.refused(scope, headers, cookies)
        key = cookies.get(CLIENT_COOKIE) or headers.get(CLIENT_HEADER, "")
        known = KEY.fullmatch(key) is not None
        key = key if known else secrets.token_urlsafe(32)
        scope.setdefault("state", {})["owner"] = owner_of(key)
        if scope["type"] == "websocket":
            if refusal is not None:
                await refuse_websocket(receive, send)
                return
            await self.app(scope, receive, send)
            return
        answer = Answer(send, None if known or refusal is not None else cookie(key))
        if refusal is not None:
            await refusal(scope, receive, answer)
            return
        body = await read_body(scope, headers, receive)
        if body is None:
            most = most_bytes(scope)
            await told(413, f"more than {most} bytes")(scope, receive, answer)
            return
        await self.app(scope, replay(body, receive), answer)

    def refused(self, scope: Scope, headers: Headers, cookies: dict[str, str]) -> Response | None:
        """The answer to a request that may not pass, else None."""
        host = headers.get("host", "")
        if self.door.token is None and host_name(host) not in {*LOOPBACK, self.door.host}:
            return told(421, "this laboratory answers on its own machine only")
        if not same_origin(scope, headers, host):
            return told(403, "the request comes from another page")
        return self.without_token(scope, headers, cookies)

    def without_token(
        self, scope: Scope, headers: Headers, cookies: dict[str, str]
    ) -> Response | None:
        """A log-in page, a redirect that keeps the token as a cookie, or None if it is there."""
        if self.door.token is None:
            return None
        query = dict(parse_qsl(scope.get("query_string", b"").decode("latin-1")))
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        if self.fits(cookies.get(self.door.token_cookie, "")) or self.fits(bearer):
            return None
        asks = scope["type"] == "http" and scope["method"] == "GET"
        if asks and self.fits(query.get("token", "")):
            query.pop("token")
            to = "/" + scope["path"].lstrip("/\\") + ("?" + urlencode(query) if query else "")
            answer = RedirectResponse(to, 303)
            answer.set_cookie(self.door.token_cookie, self.door.token, max_age=YEAR,
                              httponly=True, samesite="lax")  # fmt: skip
            return answer
        if "text/html" in headers.get("accept", ""):
            said = "That is not the token." if "token" in query else (
                "This laboratory asks for the token that `evdisc serve` printed when it started."
            )  # fmt: skip
            return HTMLResponse(LOGIN.format(told=html.escape(said)), 401)
        return told(401, "token needed: Authorization: Bearer TOKEN")

    def fits(self, token: str) -> bool:
        """Whether it is the token, compared in constant time."""
        return hmac.compare_digest(token.encode(), (self.door.token or "").encode())


class Answer:
    """``send`` that adds the headers every answer carries."""

    def __init__(self, send: Send, cookie: str | None) -> None:
        self.send, self.cookie = send, cookie

    async def __call__(self, message: Message) -> None:
        """Pass a message on; the first gets the headers."""
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("content-security-policy", POLICY)
            headers.setdefault("cache-control", "no-store")
            headers["x-content-type-options"] = "nosniff"
            headers["referrer-policy"] = "same-origin"
            headers["cross-origin-opener-policy"] = "same-origin"
            headers["cross-origin-resource-policy"] = "same-origin"
            headers["permissions-policy"] = "camera=(), geolocation=(), microphone=()"
            if self.cookie:
                headers.append("set-cookie", self.cookie)
        await self.send(message)


def told(status: int, words: str) -> Response:
    """A refusal in one line."""
    return JSONResponse({"error": words}, status)


def read_cookies(headers: Headers) -> dict[str, str]:
    """Cookies of a request; none where they are malformed."""
    try:
        found = SimpleCookie(headers.get("cookie", ""))
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in found.items()}


def cookie(key: str) -> str:
    """Set-Cookie of a new user."""
    return f"{CLIENT_COOKIE}={key}; Path=/; HttpOnly; SameSite=Lax; Max-Age={YEAR}"


def host_name(host: str) -> str:
    """Name in a Host header, without the port."""
    try:
        return urlsplit("//" + host).hostname or ""
    except ValueError:
        return ""


def same_origin(scope: Scope, headers: Headers, host: str) -> bool:
    """Whether a request that acts, or a websocket, comes from a page of ours or from no page."""
    acts = scope["type"] == "websocket" or scope["method"] not in ("GET", "HEAD", "OPTIONS")
    origin = headers.get("origin")
    if not acts and "/_nicegui_ws" not in scope["path"]:
        return True
    if origin is None:
        return headers.get("sec-fetch-site", "none") in ("none", "same-origin")
    return urlsplit(origin).netloc == host != ""


def most_bytes(scope: Scope) -> int:
    """Largest body of a request."""
    uploads = "/upload/" in scope["path"] or scope["path"].startswith("/api/files")
    return MOST_UPLOAD if uploads else MOST_BODY


async def read_body(scope: Scope, headers: Headers, receive: Receive) -> bytes | None:
    """The whole body, or None if it is too large; what is too large is not read."""
    most = most_bytes(scope)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > most:
        return None
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        more = message.get("more_body", False)
        if size > most:
            return None
    return b"".join(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """``receive`` that gives the body again, then whatever comes."""
    waiting: list[Any] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


async def refuse_websocket(receive: Receive, send: Send) -> None:
    """Close a websocket before it opens."""
    await receive()
    await send({"type": "websocket.close", "code": 1008})


def plain_names(names: Iterable[str]) -> list[str]:
    """Those of ``names`` that are no plain file name."""
    return [n for n in names if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}", n)]
