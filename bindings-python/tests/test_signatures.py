"""Decisions that are signed with `cryptography` instead of `ssh-keygen`: the format needs no tool of ours, nor of OpenSSH."""

import base64
import hashlib
import json
import pathlib
import struct
import subprocess

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import vcto
from world import World

NAMESPACE = b"vcto-approval-v1"


def strings(*parts: bytes) -> bytes:
    return b"".join(struct.pack(">I", len(part)) + part for part in parts)


def public_of(key: Ed25519PrivateKey) -> bytes:
    return strings(b"ssh-ed25519", key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw))


def sshsig(key: Ed25519PrivateKey, text: bytes) -> str:
    to_sign = b"SSHSIG" + strings(NAMESPACE, b"", b"sha512", hashlib.sha512(text).digest())
    signature = strings(b"ssh-ed25519", key.sign(to_sign))
    blob = b"SSHSIG" + struct.pack(">I", 1) + strings(public_of(key), NAMESPACE, b"", b"sha512", signature)
    digits = base64.b64encode(blob).decode()
    lines = "\n".join(digits[at : at + 70] for at in range(0, len(digits), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}\n-----END SSH SIGNATURE-----\n"


def test_a_signature_of_cryptography_approves_and_ssh_keygen_accepts_it(tmp_path: pathlib.Path) -> None:
    key = Ed25519PrivateKey.generate()
    line = f"dora ssh-ed25519 {base64.b64encode(public_of(key)).decode()}\n"
    world = World(tmp_path, tenant=lambda world: {"approvers": line})
    approved = world.staged().approve("dora", signer=lambda text: sshsig(key, text))
    assert isinstance(approved, vcto.Approved)
    assert approved.execute().status == "handed_over"
    (decision,) = world.tenant.decisions()
    (tmp_path / "signers").write_text(line)
    (tmp_path / "signature").write_text(decision.signature)
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "dora", "-n", NAMESPACE.decode(), "-s", "signature"]
    subprocess.run(command, cwd=tmp_path, input=decision.text.encode(), check=True, capture_output=True)
    with pytest.raises(vcto.Denied):
        world.staged().approve("dora", signer=lambda text: sshsig(Ed25519PrivateKey.generate(), text))


class Passkey:
    """A browser with its authenticator."""

    def __init__(self, key: EllipticCurvePrivateKey) -> None:
        self.private = key
        given = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.key = vcto.passkey_key("msp.example", given)

    def sign(self, text: bytes, origin: str = "https://gate.msp.example", flags: int = 0x05) -> str:
        challenge = base64.urlsafe_b64encode(vcto.passkey_challenge(text)).rstrip(b"=").decode()
        client = {"type": "webauthn.get", "challenge": challenge, "origin": origin, "crossOrigin": False}
        client_data = json.dumps(client, separators=(",", ":")).encode()
        data = hashlib.sha256(b"msp.example").digest() + bytes([flags]) + bytes(4)
        signature = self.private.sign(data + hashlib.sha256(client_data).digest(), ECDSA(SHA256()))
        return vcto.passkey_signature(self.key, data, client_data, signature)


def test_a_passkey_approves(tmp_path: pathlib.Path) -> None:
    passkey = Passkey(generate_private_key(SECP256R1()))
    world = World(tmp_path, tenant=lambda world: {"approvers": [{"person": "dora", "key": passkey.key}]})
    staged = world.staged()
    with pytest.raises(vcto.Denied, match="not one of"):
        staged.approve("dora", signer=lambda text: passkey.sign(text, origin="https://evil.example"))
    again = world.tenant.resume(staged.id)
    assert isinstance(again, vcto.StagedApproval)
    with pytest.raises(vcto.Denied, match="verify who"):
        again.approve("dora", signer=lambda text: passkey.sign(text, flags=0x01))
    once_more = world.tenant.resume(staged.id)
    assert isinstance(once_more, vcto.StagedApproval)
    assert isinstance(once_more.approve("dora", signer=passkey.sign), vcto.Approved)


def test_what_is_no_passkey_is_refused_with_a_remedy() -> None:
    with pytest.raises(vcto.InvalidInput, match="P-256") as caught:
        vcto.passkey_key("msp.example", b"\x04" * 64)
    assert caught.value.remedy is not None and "alg: -7" in caught.value.remedy
    with pytest.raises(vcto.InvalidInput, match="domain"):
        vcto.passkey_key("https://msp.example", b"\x04" * 65)
