"""Anchoring: rounds, anchors outside, and verdicts against what they keep."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import http.server
import json
import pathlib
import shutil
import threading
from typing import Any

import pytest
import vcto
from world import World

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Listed:
    """An anchor of Python's."""

    name = "listed"

    def __init__(self) -> None:
        self.requests: list[vcto.types.AnchorRequest] = []
        self.fails: BaseException | None = None

    def keep(self, request: vcto.types.AnchorRequest) -> str | None:
        if self.fails:
            raise self.fails
        self.requests.append(request)
        return "noted"


@pytest.fixture
def world(tmp_path: pathlib.Path) -> World:
    return World(tmp_path, origin="msp.example/vcto")


def test_a_round_makes_the_ledger_complete_against_a_folder_outside(world: World, tmp_path: pathlib.Path) -> None:
    outside = vcto.FileAnchor("share", tmp_path / "outside")
    assert (outside.name, outside.folder) == ("share", tmp_path / "outside")
    world.practice.register_anchor(outside)
    before = world.tenant.ledger.verify()
    assert before.completeness == "unanchored"
    taken = world.practice.anchor()
    assert not taken.has_failure
    [region] = taken.regions
    assert region["origin"] == "msp.example/vcto/anchor/eu"
    assert [anchor["outcome"] for anchor in region["anchors"]] == ["kept"]
    assert [(told["tenant"], told["outcome"]) for told in taken.tenants] == [("halden", "anchored")]
    [kept] = outside.kept(region["origin"])
    assert (kept.note, kept.size) == (region["checkpoint"], region["size"])

    verified = world.tenant.ledger.verify(anchors=[kept], anchor_key=region["key"])
    assert (verified.completeness, verified.has_failure) == ("ok", False)
    now = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=5)
    fresh = world.tenant.ledger.verify(anchors=[kept], fresh_within=datetime.timedelta(minutes=5), as_of=now)
    assert fresh.freshness == "ok"
    assert world.tenant.ledger.verify(anchors=[region["checkpoint"].replace("eu", "us")]).completeness == "failed"

    assert world.tenant.prove(tmp_path / "proof").anchored
    proof = vcto.verify_bundle(tmp_path / "proof", anchors=outside.kept(region["origin"]))
    assert proof.completeness == "ok"
    assert vcto.verify_bundle(tmp_path / "proof").completeness == "unanchored"


def test_a_heartbeat_takes_what_has_not_grown(world: World) -> None:
    world.practice.anchor()
    assert [told["outcome"] for told in world.practice.anchor().tenants] == ["unchanged"]
    beat = world.practice.anchor(heartbeat=datetime.timedelta(0))
    assert [told["outcome"] for told in beat.tenants] == ["anchored"]


def test_a_tenant_that_is_gone_is_named(world: World) -> None:
    world.practice.create_tenant("pryce", region="eu")
    world.practice.anchor()
    shutil.rmtree(world.folder / "practice" / "tenants" / "pryce")
    told = vcto.open(world.folder / "practice").anchor()
    assert told.has_failure
    assert [(one["tenant"], one["outcome"]) for one in told.tenants] == [("halden", "unchanged"), ("pryce", "missing")]


def test_an_anchor_in_python_is_told_what_to_keep_and_what_it_raises_is_a_failure(world: World) -> None:
    anchor = Listed()
    world.practice.register_anchor(anchor)
    anchor.fails = ValueError("no room")
    [failed] = world.practice.anchor().regions[0]["anchors"]
    assert (failed["outcome"], failed["confirmed"]) == ("failed", 0)
    assert "ValueError: no room" in failed["text"]
    anchor.fails = None
    [waiting] = world.practice.anchor().regions[0]["anchors"]
    assert (waiting["outcome"], anchor.requests) == ("waiting", [])

    again = vcto.open(world.folder / "practice")
    other = Listed()
    other.name = "other"
    again.register_anchor(other)
    region = again.anchor().regions[0]
    [request] = other.requests
    assert (request.checkpoint, request.key, request.confirmed) == (region["checkpoint"], region["key"], 0)
    assert (request.origin, request.region, request.failures) == (region["origin"], "eu", 0)


def test_an_interrupt_in_an_anchor_comes_out(world: World) -> None:
    anchor = Listed()
    anchor.fails = KeyboardInterrupt()
    world.practice.register_anchor(anchor)
    with pytest.raises(KeyboardInterrupt):
        world.practice.anchor()


@pytest.mark.parametrize("answer", [7, {"kept": True}, b"x", [None]])
def test_an_answer_that_is_no_text_is_a_failure(world: World, answer: Any) -> None:
    anchor = Listed()
    anchor.keep = lambda request: answer  # type: ignore[method-assign]
    world.practice.register_anchor(anchor)
    [told] = world.practice.anchor().regions[0]["anchors"]
    assert told["outcome"] == "failed"


def test_a_webhook_is_signed_as_standard_webhooks_says(world: World) -> None:
    posted: list[tuple[dict[str, str], bytes]] = []

    class Hook(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            posted.append(({key.lower(): value for key, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        world.practice.register_anchor(vcto.WebhookAnchor("hook", f"http://127.0.0.1:{server.server_port}/", SECRET))
        taken = world.practice.anchor()
        server.shutdown()
    assert not taken.has_failure
    [(headers, body)] = posted
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["data"]["checkpoint"] == taken.regions[0]["checkpoint"]


def test_what_is_unfit_is_refused(world: World, tmp_path: pathlib.Path) -> None:
    with pytest.raises(vcto.InvalidInput):
        vcto.WebhookAnchor("hook", "http://example.org/", SECRET)
    with pytest.raises(vcto.InvalidInput, match="whsec_"):
        vcto.WebhookAnchor("hook", "https://example.org/", "secret")
    with pytest.raises(vcto.InvalidInput):
        world.practice.register_anchor(vcto.FileAnchor("No Name", tmp_path))
    with pytest.raises(TypeError, match="keep"):
        world.practice.register_anchor(object())  # type: ignore[arg-type]
    world.practice.register_anchor(vcto.FileAnchor("share", tmp_path))
    with pytest.raises(vcto.Conflict):
        world.practice.register_anchor(vcto.FileAnchor("share", tmp_path))
    for anchors in ("note", [7], [{"since": "x"}]):
        with pytest.raises(vcto.InvalidInput):
            world.tenant.ledger.verify(anchors=anchors)  # type: ignore[arg-type]
    with pytest.raises(vcto.InvalidInput):
        world.tenant.ledger.verify(fresh_within=datetime.timedelta(days=1))
