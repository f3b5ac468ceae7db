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


def test_keys_hand_over_while_everything_is_open_and_anchors_are_told(world: World, tmp_path: pathlib.Path) -> None:
    listed, outside = Listed(), vcto.FileAnchor("share", tmp_path / "outside")
    world.practice.register_anchor(listed)
    world.practice.register_anchor(outside)
    region = world.practice.anchor().regions[0]
    before = world.tenant.ledger.verifier_key
    key, anchor_key = world.practice.rotate_tenant_key("halden"), world.practice.rotate_anchor_key("eu")
    assert (before, region["key"]) != (key, anchor_key)
    assert world.tenant.ledger.verifier_key == key
    world.staged(title="After")
    taken = world.practice.anchor()
    assert not taken.has_failure
    assert (listed.requests[0].handovers, listed.requests[1].key) == ([], anchor_key)
    [handover] = listed.requests[1].handovers
    assert handover.startswith("vcto.rotation/1\nmsp.example/vcto/anchor/eu\n") and anchor_key in handover
    kept = outside.kept(region["origin"])
    for known in (region["key"], anchor_key):
        verified = world.tenant.ledger.verify(key=before, anchors=kept, anchor_key=known)
        assert (verified.authenticity, verified.completeness, verified.problems) == ("ok", "ok", [])
    with pytest.raises(vcto.NotFound):
        world.practice.rotate_tenant_key("pryce")
    with pytest.raises(vcto.NotFound):
        world.practice.rotate_anchor_key("us")


def test_an_entry_s_level_is_told_by_its_place(world: World, tmp_path: pathlib.Path) -> None:
    ledger = world.tenant.ledger
    assert ledger.level(1) == "included"
    world.practice.register_anchor(vcto.FileAnchor("share", tmp_path / "outside"))
    world.practice.anchor()
    assert ledger.level(1) == "anchored"
    world.staged(title="Later")
    assert ledger.level(ledger.size() - 1) == "included"
    with pytest.raises(vcto.NotFound):
        ledger.level(ledger.size())


def test_evidence_of_two_histories_is_read_and_checked(world: World, tmp_path: pathlib.Path) -> None:
    practice = world.folder / "practice"

    def beat() -> Any:
        opened = vcto.open(practice)
        opened.register_anchor(vcto.FileAnchor("share", tmp_path / "outside"))
        return opened.anchor(heartbeat=datetime.timedelta(0)).regions[0]

    first = beat()
    backup = tmp_path / "backup"
    shutil.copytree(practice, backup)
    seen = beat()
    for part in ("anchors", "marks"):
        shutil.rmtree(practice / part)
        shutil.copytree(backup / part, practice / part)
    forked = beat()
    assert [anchor["outcome"] for anchor in forked["anchors"]] == ["failed"]
    [path] = (tmp_path / "outside").glob("*/split-view-*.json")
    split = vcto.split_view(path.read_bytes())
    assert split == vcto.split_view(path.read_text())
    assert (split.origin, split.key) == (first["origin"], first["key"])
    assert [one.note for one in split.checkpoints] == [seen["checkpoint"], forked["checkpoint"]]
    assert [one.size for one in split.checkpoints] == [seen["size"], forked["size"]]
    with pytest.raises(vcto.Corrupt):
        vcto.split_view(b"{}")
    with pytest.raises(vcto.InvalidInput):
        vcto.split_view(json.dumps({"format": "vcto.split-view/1", "vkey": first["key"], "notes": [seen["checkpoint"]] * 2}))
    with pytest.raises(TypeError):
        vcto.split_view(7)  # type: ignore[arg-type]
