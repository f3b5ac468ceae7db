#!/bin/sh
# Checks this proof with stock tools: sha256sum, ssh-keygen, openssl, python3. vcto is not needed.
# Exit status: 0 nothing failed, 1 something failed. What a missing tool left unchecked is said.
#
# What it cannot tell by itself: whether this is the right log (compare the key below with one that you trust), and
# whether something was cut off at its end (compare with a checkpoint that was kept elsewhere).
cd "$(dirname "$0")" || exit 1
export LC_ALL=C
failed=0
ok() { printf 'ok           %s\n' "$*"; }
bad() { printf 'FAILED       %s\n' "$*"; failed=1; }
named() { bad "$1:"; sed 's/^/             /' "$scratch/out"; } # what is wrong with the names in $scratch/out
skipped() { printf 'NOT CHECKED  %s\n' "$*"; }
have() { command -v "$1" >/dev/null 2>&1; }
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT

# 0. Only plain files and folders: a link leads elsewhere, and a pipe is waited for without end. Their names are plain too:
#    a line break in one would make two names of it below.
find . ! -type f ! -type d >"$scratch/out"
if [ -s "$scratch/out" ]; then named "neither file nor folder"; exit 1; fi
find . -name '*[!A-Za-z0-9._-]*' | sed -n l >"$scratch/out"
if [ -s "$scratch/out" ]; then named "names that no proof has"; exit 1; fi

# 1. Every file is the one that a manifest lists, and beside the ledger there is no other. The ledger's are checked in 4.
text() { sed -n '/^$/q;p' "$1"; } # file: what is signed of it
sums() { # folder: the files that its manifest lists
    text "$1/manifest" | grep -E '^[0-9a-f]{64}  ' >"$scratch/sums"
    if (cd "$1" && sha256sum --quiet -c "$scratch/sums") >"$scratch/out" 2>&1; then
        ok "$(wc -l <"$scratch/sums" | tr -d ' ') files are those of $1/manifest"
    else
        named "files differ from $1/manifest"
    fi
}
if have sha256sum; then
    sums ledger
    sums .
else
    skipped "files against the manifests: no sha256sum"
fi
{ echo manifest; text manifest | sed -n 's/^[0-9a-f]\{64\}  //p'; } | sort >"$scratch/listed"
find . -path ./ledger -prune -o -type f -print | sed 's,^\./,,' | sort | comm -23 - "$scratch/listed" >"$scratch/out"
if [ -s "$scratch/out" ]; then named "files that no manifest lists"; fi
# A folder is there for what is in it.
find . ! -name . | sed 's,/[^/]*$,,' | sort -u >"$scratch/parents"
find . -type d | sort | comm -23 - "$scratch/parents" >"$scratch/out"
if [ -s "$scratch/out" ]; then named "empty folders"; fi

# 2. Manifest and checkpoint are signed by the log: signed notes, Ed25519.
key_of() { # file, line: the name and the key that signatures are checked with from here on
    # One line for each key that signed, the newest last.
    sed -n "$2p" "$1" >"$scratch/vkey"
    name=$(cut -d+ -f1 "$scratch/vkey")
    id=$(cut -d+ -f2 "$scratch/vkey")
    # The prefix is the DER of an Ed25519 public key (RFC 8410); the key stands behind one byte, its type.
    { printf '\060\052\060\005\006\003\053\145\160\003\041\000'; cut -d+ -f3- "$scratch/vkey" | base64 -d | tail -c +2; } >"$scratch/key.der"
    openssl pkey -pubin -inform DER -in "$scratch/key.der" -out "$scratch/key.pem" 2>/dev/null
}
note() { # file: its text, and the signature of that key
    text "$1" >"$scratch/text"
    sed '1,/^$/d' "$1" >"$scratch/signatures"
    grep -qv "^$(printf '\342\200\224') " "$scratch/signatures" && return 1 # something else behind the signed text
    holds=1
    while read -r _ by blob; do
        printf %s "$blob" | base64 -d >"$scratch/blob" 2>/dev/null
        # The first four bytes say by which key of this name.
        [ "$by+$(head -c 4 "$scratch/blob" | od -An -tx1 | tr -d ' \n')" = "$name+$id" ] || continue
        tail -c +5 "$scratch/blob" >"$scratch/signature"
        openssl pkeyutl -verify -pubin -inkey "$scratch/key.pem" -rawin -in "$scratch/text" -sigfile "$scratch/signature" >/dev/null 2>&1 || return 1
        holds=0
    done <"$scratch/signatures"
    return $holds
}
handover() { # file, keys, line: from that key to the next, signed by both
    key_of "$2" "$3" && note "$1" && key_of "$2" "$(($3 + 1))" && note "$1"
}
if have openssl && have base64; then
    key_of ledger/log.vkey '$'
    for signed in manifest ledger/checkpoint ledger/manifest; do
        if note "$signed"; then ok "$signed is signed by the log"; else bad "the signature of $signed does not hold"; fi
    done
else
    skipped "signatures of the log: no openssl or no base64"
fi

# 3. Every decision is signed by the person whom it names, with a key that was valid then.
if have ssh-keygen; then
    count=0
    while read -r file person time; do
        count=$((count + 1))
        ssh-keygen -Y verify -f allowed_signers -I "$person" -n vcto-approval-v1 -O "verify-time=$time" \
            -s "$file.sig" <"$file" >"$scratch/out" 2>&1 || { bad "$file, $person: $(head -n 1 "$scratch/out")"; continue; }
        grep -qF "\"approver\":\"$person\"" "$file" || bad "$file does not name $person"
    done <decisions/index
    ok "$count signed decisions looked at"
else
    skipped "signatures of decisions: no ssh-keygen"
fi

# 4. The tree over the entries has the root that was signed (RFC 6962), its tiles are those of the entries, the sealed
#    content is there in full, and the ledger has no other file.
if have python3; then
    python3 - "$scratch" <<'PYTHON' >"$scratch/out" 2>&1 && ok "$(cat "$scratch/out")" || named "tree"
import base64, hashlib, json, os, sys
origin, size, root = open("ledger/checkpoint", encoding="utf-8").read().split("\n")[:3]
size = int(size)
def name(kind, index, width):
    digits = str(index)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    groups = [digits[at:at + 3] for at in range(0, len(digits), 3)]
    path = f"ledger/tile/{kind}/" + "".join(f"x{group}/" for group in groups[:-1]) + groups[-1]
    return path + ("" if width == 256 else f".p/{width}")
expected = {f"ledger/{name}" for name in ("checkpoint", "keys.json", "log.vkey", "manifest")}
leaves, stack, count = [], [], 0
keys, handovers = open("ledger/log.vkey", encoding="utf-8").read().split("\n")[:-1], 0
def folded(nodes):
    nodes = list(nodes)
    while len(nodes) > 1:
        right, left = nodes.pop(), nodes.pop()
        nodes.append(hashlib.sha256(b"\1" + left + right).digest())
    return base64.b64encode(nodes[0]).decode()
for index in range(-(-size // 256)):
    path = name("entries", index, min(256, size - 256 * index))
    if not os.path.isfile(path):
        sys.exit(f"{path} is missing")
    expected.add(path)
    data = open(path, "rb").read()
    while data:
        length = int.from_bytes(data[:2], "big")
        leaf, data = data[2:2 + length], data[2 + length:]
        if len(leaf) != 127 or int.from_bytes(leaf[21:29], "big") != count:
            sys.exit(f"entry {count} is not in its place")
        payload = leaf[47:79].hex()
        payload = f"ledger/payload/{payload[:2]}/{payload}"
        if not os.path.isfile(payload) or os.path.getsize(payload) != int.from_bytes(leaf[43:47], "big"):
            sys.exit(f"the sealed content of entry {count} is missing or cut")
        expected.add(payload)
        if count == 0 and json.load(open(payload, encoding="utf-8"))["vkey"] not in keys[:1]:
            sys.exit("the first key in ledger/log.vkey is not the one that the log began with")
        if leaf[1:3] == b"\0\4":
            handovers += 1
            note = json.load(open(payload, encoding="utf-8"))["handover"]
            if not note.startswith("\n".join(["vcto.rotation/1", origin, str(count), folded(stack), *keys[handovers:][:1], "\n"])):
                sys.exit(f"entry {count} does not hand over to a key in ledger/log.vkey")
            open(f"{sys.argv[1]}/handover-{handovers}", "w", encoding="utf-8").write(note)
        node, count = hashlib.sha256(b"\0" + leaf).digest(), count + 1
        leaves.append(node)
        full = count
        while full % 2 == 0:
            node, full = hashlib.sha256(b"\1" + stack.pop() + node).digest(), full // 2
        stack.append(node)
if count != size or folded(stack) != root:
    sys.exit(f"the {count} entries do not have the signed root")
if handovers != len(keys) - 1:
    sys.exit("ledger/log.vkey lists a key to which no entry hands over")
if os.path.isfile("anchor/head.json"):
    head = json.load(open("anchor/head.json", encoding="utf-8"))
    stack, size = [], head["size"]
    for at, node in enumerate(leaves[:size], 1):
        while at % 2 == 0:
            node, at = hashlib.sha256(b"\1" + stack.pop() + node).digest(), at // 2
        stack.append(node)
    if not 0 < size <= count or folded(stack) != head["root"]:
        sys.exit("this log does not have the head that was anchored")
def root_of(hashes):
    while len(hashes) > 1:
        hashes = [hashlib.sha256(b"\1" + hashes[at] + hashes[at + 1]).digest() for at in range(0, len(hashes), 2)]
    return hashes[0]
level, hashes = 0, leaves
while hashes:
    tiles = [hashes[at:at + 256] for at in range(0, len(hashes), 256)]
    for index, tile in enumerate(tiles):
        path = name(level, index, len(tile))
        expected.add(path)
        if not os.path.isfile(path) or open(path, "rb").read() != b"".join(tile):
            sys.exit(f"{path} is missing or not that of the entries")
    level, hashes = level + 1, [root_of(tile) for tile in tiles if len(tile) == 256]
strange = sorted(f"{folder}/{file}" for folder, _, files in os.walk("ledger") for file in files)
strange = [path for path in strange if path not in expected]
if strange:
    sys.exit("\n".join(["files that no entry vouches for:"] + strange))
print(f"{count} entries have the signed root, and the ledger has no file beside theirs")
PYTHON
else
    skipped "the tree, and other files in ledger: no python3"
fi

#    Where the key was handed over (its text was compared in the step before), both keys have signed that.
number=1
while [ -f "$scratch/handover-$number" ]; do
    if ! have openssl || ! have base64; then
        skipped "signatures of a hand-over of the log's key: no openssl or no base64"
    elif handover "$scratch/handover-$number" ledger/log.vkey "$number"; then
        ok "key $number of ledger/log.vkey has handed over to the next, and both have signed that"
    else
        bad "key $number of ledger/log.vkey has not handed over to the next"
    fi
    number=$((number + 1))
done

# 5. The sealed content is what the entries commit to (BLAKE3).
if have b3sum; then
    wrong=0
    for payload in ledger/payload/*/*; do
        [ "$(b3sum --no-names "$payload")" = "$(basename "$payload")" ] || { bad "$payload is not what its entry commits to"; wrong=1; }
    done
    [ "$wrong" = 1 ] || ok "the sealed content has the digests of its entries"
else
    skipped "digests of the sealed content: no b3sum"
fi

# 6. The head that the region's anchor log has of this log (its root was compared in 4) leads to a checkpoint of the anchor log.
if [ -d anchor ]; then
    if have openssl && have base64; then
        sed '1,/^$/d' anchor/head.tlog-proof >"$scratch/anchor"
        # The key that signed a checkpoint of this size.
        size=$(sed -n 2p "$scratch/anchor")
        line=1
        number=1
        while [ "$number" -lt "$(wc -l <anchor/log.vkey)" ]; do
            file=anchor/handover-$number
            if [ "$(sed -n 1p "$file")" = vcto.rotation/1 ] && [ "$(sed -n 5p "$file")" = "$(sed -n "$((number + 1))p" anchor/log.vkey)" ] &&
                handover "$file" anchor/log.vkey "$number"; then
                ok "$file is signed by the key before and by the key after"
            else
                bad "$file does not hand over from key $number of anchor/log.vkey to the next"
            fi
            if [ "$size" -gt "$(sed -n 3p "$file")" ] 2>/dev/null; then line=$((number + 1)); fi
            number=$((number + 1))
        done
        key_of anchor/log.vkey "$line"
        if note "$scratch/anchor"; then ok "the checkpoint in anchor/head.tlog-proof is signed by the anchor log"; else bad "the signature in anchor/head.tlog-proof does not hold"; fi
    else
        skipped "the signature of the anchor log: no openssl or no base64"
    fi
    if have python3; then
        if python3 - <<'PYTHON' >"$scratch/out" 2>&1; then
import base64, hashlib, sys
proof, note = open("anchor/head.tlog-proof", encoding="utf-8").read().split("\n\n", 1)
lines = proof.split("\n")
header, index = base64.b64decode(lines[1].split(" ")[1]), int(lines[2].split(" ")[1])
_, size, root = note.split("\n")[:3]
at, last, node = index, int(size) - 1, hashlib.sha256(b"\0" + header).digest()
for sibling in map(base64.b64decode, lines[3:]):
    if at % 2 == 1 or at == last:
        node = hashlib.sha256(b"\1" + sibling + node).digest()
        while at % 2 == 0 and at != 0:
            at, last = at // 2, last // 2
    else:
        node = hashlib.sha256(b"\1" + node + sibling).digest()
    at, last = at // 2, last // 2
if index >= int(size) or last != 0 or base64.b64encode(node).decode() != root:
    sys.exit("anchor/head.tlog-proof does not lead to the root of its checkpoint")
length = len(open("anchor/head.json", "rb").read())
if len(header) != 127 or header[1:3] != b"\0\x10" or length != int.from_bytes(header[43:47], "big"):
    sys.exit("anchor/head.json is not the content of this leaf")
print(header[47:79].hex())
PYTHON
            ok "anchor/head.tlog-proof leads to its checkpoint: compare that with the one of this size that was kept elsewhere"
            if have b3sum; then
                [ "$(b3sum --no-names anchor/head.json)" = "$(cat "$scratch/out")" ] || bad "anchor/head.json is not what its leaf commits to"
            else
                skipped "the digest of anchor/head.json: no b3sum"
            fi
        else
            named "anchor"
        fi
    else
        skipped "the way to the anchor log: no python3"
    fi
fi

printf 'log          %s\nkey          %s\nend          UNANCHORED: compare ledger/checkpoint, or the one in anchor/head.tlog-proof, with one that was kept elsewhere\n' "$(head -n 1 ledger/checkpoint)" "$(tail -n 1 ledger/log.vkey)"
exit $failed
