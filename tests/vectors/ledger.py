#!/usr/bin/env python3
"""The golden vectors of tests/it/ledger/golden.rs, computed from docs/formats/ledger.md without any code of vcto.

    pip install blake3 cryptography && python3 tests/vectors/ledger.py
"""
import base64
import hashlib
import json

from blake3 import blake3
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCMSIV

b64 = lambda data: base64.b64encode(data).decode()
derive = lambda context, key: blake3(key, derive_key_context=context).digest()
keyed = lambda key, data: blake3(data, key=key).digest()
sha256 = lambda data: hashlib.sha256(data).digest()

# The draws of the test, in its order.
secret, log_id, epoch, blinding = b"\x01" * 32, b"\x02" * 16, b"\x03" * 32, b"\x04" * 32
origin, region = "example.org/halden", "eu"
time_us = 1795334400_000_000  # 2026-11-22T08:00:00Z

# The signing key and its C2SP verifier key.
seed = keyed(derive("vcto key file sign v1", secret), origin.encode())
signing = Ed25519PrivateKey.from_private_bytes(seed)
public = signing.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
key_id = sha256(origin.encode() + b"\n\x01" + public)[:4]
vkey = f"{origin}+{key_id.hex()}+{b64(bytes([1]) + public)}"


def note(text):
    return f"{text}\n\u2014 {origin} {b64(key_id + signing.sign(text.encode()))}\n"


def header(entry_type, seq, aead, length, digest, commitment, tag):
    return b"".join([
        b"\x01", entry_type.to_bytes(2, "big"), b"\x00\x00", log_id, seq.to_bytes(8, "big"), (0).to_bytes(4, "big"),
        time_us.to_bytes(8, "big"), b"\x01", bytes([aead]), length.to_bytes(4, "big"), digest, commitment, tag,
    ])


def wrap(key, kind):
    context = b"vcto ledger key context v1\n"
    for text in (origin.encode(), region.encode()):
        context += len(text).to_bytes(8, "big") + text
    context += log_id + bytes([kind]) + (0).to_bytes(4, "big")
    nonce = derive("vcto key file nonce v1", context)[:12]
    return AESGCMSIV(derive("vcto key file wrap v1", secret)).encrypt(nonce, key, context)


# Entry 0: the genesis, clear.
genesis = json.dumps({
    "format": "vcto.log/1", "log_id": log_id.hex(), "origin": origin, "region": region, "tree": "rfc6962-sha256",
    "vkey": vkey, "epoch_commitment": b64(derive("vcto ledger key commit v1", epoch)),
}, separators=(",", ":")).encode()
first = header(0x0001, 0, 0, len(genesis), blake3(genesis).digest(), bytes(32), bytes(16))

# Entry 1: sealed, with an idempotency key.
payload = b'{"n":1}'
entry_key = keyed(epoch, b"vcto ledger entry v1" + log_id + (1).to_bytes(8, "big"))
commitment = derive("vcto ledger dek commit v1", entry_key)
tag = keyed(blinding, b"order-1")[:16]
draft = header(0x7F00, 1, 1, len(payload) + 16, bytes(32), commitment, tag)
ciphertext = AESGCMSIV(entry_key).encrypt(bytes(12), payload, draft[:47] + draft[79:])
second = header(0x7F00, 1, 1, len(ciphertext), blake3(ciphertext).digest(), commitment, tag)

leaves = [sha256(b"\x00" + leaf) for leaf in (first, second)]
root = sha256(b"\x01" + leaves[0] + leaves[1])

# Entry 2: the signing key hands over to that of generation 1.
later = Ed25519PrivateKey.from_private_bytes(
    keyed(derive("vcto key file sign v1", secret), origin.encode() + b"\x00" + (1).to_bytes(4, "big")))
later_public = later.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
later_id = sha256(origin.encode() + b"\n\x01" + later_public)[:4]
later_vkey = f"{origin}+{later_id.hex()}+{b64(bytes([1]) + later_public)}"
handover = f"vcto.rotation/1\n{origin}\n2\n{b64(root)}\n{later_vkey}\n"
handover = note(handover) + f"\u2014 {origin} {b64(later_id + later.sign(handover.encode()))}\n"
rotation = json.dumps({"vkey": later_vkey, "handover": handover}, separators=(",", ":"), ensure_ascii=False).encode()
rotation_tag = derive("vcto ledger rotation tag v1", log_id + (0).to_bytes(8, "big"))[:16]
third = header(0x0004, 2, 0, len(rotation), blake3(rotation).digest(), bytes(32), rotation_tag)
rotated_root = sha256(b"\x01" + root + sha256(b"\x00" + third))
rotated_text = f"{origin}\n3\n{b64(rotated_root)}\n"

# Evidence of two histories: another root was signed at size 1 than the one with which the rotated log begins.
stray = f"{origin}\n1\n{b64(bytes([5]) * 32)}\n"
rotated_note = f"{rotated_text}\n\u2014 {origin} {b64(later_id + later.sign(rotated_text.encode()))}\n"
split_view = json.dumps({
    "format": "vcto.split-view/2", "vkey": vkey, "handovers": [handover], "notes": [note(stray), rotated_note],
    "root": b64(leaves[0]), "consistency": [b64(leaves[1]), b64(sha256(b"\x00" + third))],
}, indent=2, ensure_ascii=False) + "\n"

for name, value in {
    "VKEY": vkey,
    "GENESIS": genesis.decode(),
    "HEADER_0": first.hex(),
    "HEADER_1": second.hex(),
    "CIPHERTEXT_1": ciphertext.hex(),
    "LEAF_0": leaves[0].hex(),
    "LEAF_1": leaves[1].hex(),
    "CHECKPOINT": note(f"{origin}\n2\n{b64(root)}\n"),
    "WRAPPED_BLINDING": b64(wrap(blinding, 2)),
    "WRAPPED_EPOCH_0": b64(wrap(epoch, 1)),
    "LATER_VKEY": later_vkey,
    "ROTATION": rotation.decode(),
    "HEADER_2": third.hex(),
    "ROTATED_CHECKPOINT": rotated_note,
    "SPLIT_VIEW": split_view,
}.items():
    print(f"const {name}: &str = {json.dumps(value, ensure_ascii=False)};")
