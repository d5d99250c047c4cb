"""GitHub failing in any way is told as such, in time, and nobody is logged in by it."""

from __future__ import annotations

import socket
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from runtime.login.calling import LARGEST
from tests.runtime.login.github_fake import EMAILS_PATH, REVOKE, TOKEN, USER_PATH

if TYPE_CHECKING:
    from tests.runtime.login.browsers import Browser
    from tests.runtime.login.github_fake import FakeGitHub, Fault, Handler

PATIENCE = 0.4
"""Seconds, where time is what the fault takes; the other answers must come within these too."""
HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"


def reset(handler: Handler) -> None:
    """End without a word."""
    linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    handler.connection.close()


def hang(handler: Handler) -> None:
    """Say nothing, until the other side gives up."""
    handler.rfile.read(1)


def drip(handler: Handler) -> None:
    """Send a header byte by byte, each well within a timeout."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nx-slow: ")
    for _ in range(1000):
        handler.wfile.write(b"x")
        time.sleep(PATIENCE / 10)


def drip_the_body(handler: Handler) -> None:
    """Send a body byte by byte."""
    handler.wfile.write(HEAD + b"content-length: 1000\r\n\r\n")
    for _ in range(1000):
        handler.wfile.write(b" ")
        time.sleep(PATIENCE / 10)


def truncate(handler: Handler) -> None:
    """End early, where the rest would be JSON."""
    handler.wfile.write(HEAD + b"content-length: 1000\r\n\r\n{}")


def truncate_a_chunk(handler: Handler) -> None:
    """End within a chunk."""
    handler.wfile.write(HEAD + b"transfer-encoding: chunked\r\n\r\n40\r\n{}")


def speak_otherwise(handler: Handler) -> None:
    """Answer by no HTTP."""
    handler.wfile.write(b"SSH-2.0-OpenSSH_9.9\r\n")


def flood(handler: Handler) -> None:
    """Send more than is read."""
    handler.send(200, " " * (LARGEST + 1))


FAULTS: dict[str, tuple[Fault, str]] = {
    "reset": (reset, "the connection failed"),
    "silent": (hang, "no answer within"),
    "slow": (drip, "no answer within"),
    "slow body": (drip_the_body, "no answer within"),
    "truncated": (truncate, "the answer ends before its end"),
    "truncated chunk": (truncate_a_chunk, "the connection failed (IncompleteRead)"),
    "no HTTP": (speak_otherwise, "the connection failed (BadStatusLine)"),
    "huge": (flood, f"the answer has more than {LARGEST} bytes"),
    "server error": (lambda handler: handler.send(500, {}), "status 500"),
    "unauthorised": (lambda handler: handler.send(401, {}), "status 401"),
    "page": (
        lambda handler: handler.send(200, "<html>Unicorn!</html>", "text/html"),
        "the answer is no JSON",
    ),
    "nested": (lambda handler: handler.send(200, "[" * 100_000), "the answer is no JSON"),
    "no object": (lambda handler: handler.send(200, "17"), "GitHub: "),
    "redirect": (lambda handler: handler.send(302, {}, location="/elsewhere"), "status 302"),
    "primary limit": (
        lambda handler: handler.send(403, {}, x_ratelimit_remaining="0"),
        "the rate limit is used up",
    ),
    "secondary limit": (lambda handler: handler.send(403, {}, retry_after="60"), "the rate limit is used up"),
    "too many": (lambda handler: handler.send(429, {}), "the rate limit is used up"),
}


SLOW = {"silent", "slow", "slow body"}


@pytest.mark.parametrize("path", [TOKEN, USER_PATH, EMAILS_PATH])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_github_ends_the_login(
    fault: str, path: str, browser: Browser, github: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    github.faults[path], reason = FAULTS[fault]
    if fault in SLOW:
        browser.login = replace(browser.login, github=replace(browser.login.github, patience=PATIENCE))
    query = github.consent(browser.begin().location)

    began = time.monotonic()
    end = browser.come_back(query)

    assert (502, "external_api_error") == (end.status, end.error)
    assert fault not in SLOW or time.monotonic() - began < 10 * PATIENCE
    assert reason in capsys.readouterr().out
    assert {} == browser.cookies
    assert set() == github.tokens
    assert "/elsewhere" not in github.paths()


def test_nobody_there_is_a_fault_too(browser: Browser, github: FakeGitHub) -> None:
    query = github.consent(browser.begin().location)
    nowhere = replace(browser.login.github, site="http://127.0.0.1:1")
    browser.login = replace(browser.login, github=nowhere)

    assert "external_api_error" == browser.come_back(query).error


def test_a_server_that_is_slow_to_revoke_is_not_waited_for(
    browser: Browser, github: FakeGitHub, capsys: pytest.CaptureFixture[str]
) -> None:
    github.faults |= {REVOKE: hang, EMAILS_PATH: reset}
    browser.login = replace(browser.login, github=replace(browser.login.github, patience=PATIENCE))

    assert "external_api_error" == browser.come_back(github.consent(browser.begin().location)).error
    assert "could not be revoked: no answer within" in capsys.readouterr().out
