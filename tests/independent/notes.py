"""Ed25519 as strict as docs/formats.md asks (1), signed notes and their keys (10), checkpoints (11)."""

import re

from canonical import Wrong, base64_bytes, require, sha256
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

MAX_NOTE = 1 << 20
MAX_SIGNATURES = 100

# --- Ed25519 ---------------------------------------------------------------------------------------------------

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def _point(data):
    """The affine point of 32 bytes by RFC 8032, 5.1.3, or None."""
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P:
        return None
    u, v = (y * y - 1) % P, (D * y * y + 1) % P
    x = u * pow(v, 3, P) * pow(u * pow(v, 7, P), (P - 5) // 8, P) % P
    if v * x * x % P != u:
        x = x * pow(2, (P - 1) // 4, P) % P
    if v * x * x % P != u or (x == 0 and sign):
        return None
    return (x if x & 1 == sign else P - x, y)


def _double(point):
    x, y = point
    xy = D * x * x * y * y % P
    return (2 * x * y * pow(1 + xy, -1, P) % P, (y * y + x * x) * pow(1 - xy, -1, P) % P)


def _small_order(data):
    """Whether the bytes are no point at all or one that three doublings bring to the neutral one."""
    point = _point(data)
    if point is None:
        return True
    for _ in range(3):
        point = _double(point)
    return point == (0, 1)


def verifies(public_key, signature, message):
    """Pure Ed25519; the scalar reduced, neither point of small order. OpenSSL checks the equation itself."""
    if len(signature) != 64 or int.from_bytes(signature[32:], "little") >= L:
        return False
    if _small_order(public_key) or _small_order(signature[:32]):
        return False
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- Keys and notes --------------------------------------------------------------------------------------------


def _check_name(name):
    bad = any(c.isspace() or c == "+" or c < " " for c in name)
    require(name and not bad, "not the name of a key")


class _Key:
    """What a vkey says: the key's name, id and 32 bytes. Which kind of key it is, its first byte tells."""

    def __init__(self, vkey):
        match = re.fullmatch(r"([^+]+)\+([0-9a-f]{8})\+(.+)", vkey, re.ASCII)
        require(match, "not a vkey")
        self.name, shown, encoded = match.groups()
        _check_name(self.name)
        data = base64_bytes(encoded)
        require(len(data) == 33 and data[0] == self.KIND, "a vkey of another kind than " + self.WHOSE)
        self.public_key = data[1:]
        self.id = sha256(self.name.encode() + b"\n" + data)[:4]
        require(self.id.hex() == shown, "the vkey's id is not its key's")


class LogKey(_Key):
    """A log's."""

    KIND, WHOSE = 0x01, "a log's"


class WitnessKey(_Key):
    """A witness's."""

    KIND, WHOSE = 0x04, "a witness's"


def _signature(line):
    """Name, key id and signature of one line of a note."""
    match = re.fullmatch("\u2014 ([^ ]+) ([^ ]+)", line)
    require(match, "not a signature line")
    name, encoded = match.groups()
    _check_name(name)
    data = base64_bytes(encoded)
    require(len(data) > 4, "a signature line without a signature")
    return name, data[:4], data[4:]


def open_note(data, key, known=()):
    """The text of a note that `key` signed, and one of the `known` keys if there are any."""
    require(len(data) <= MAX_NOTE, "a note of more than 1 MiB")
    require(not any(byte < 0x20 and byte != 0x0A for byte in data), "a control character in a note")
    try:
        note = data.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Wrong("a note that is not UTF-8") from fault
    head, gap, tail = note.rpartition("\n\n")
    require(gap and tail.endswith("\n"), "not a note")
    text, lines = head + "\n", tail[:-1].split("\n")
    require(len(lines) <= MAX_SIGNATURES, "too many signatures")
    signed = set()
    for line in lines:
        name, key_id, signature = _signature(line)
        for one in (key, *known):
            if (name, key_id) == (one.name, one.id):
                require(verifies(one.public_key, signature, text.encode()), "the log's signature does not verify")
                signed.add((one.name, one.public_key))
    require((key.name, key.public_key) in signed, "not signed by the log's key")
    given = {(one.name, one.public_key) for one in known}
    require(not given or given & signed, "not signed by a key that was given")
    require(not given or len({name for name, _ in signed}) == 1, "signed under two names")
    return text


class Checkpoint:
    """Size and root of a log, out of a note its key signed."""

    def __init__(self, data, key, known=()):
        lines = open_note(data, key, known).split("\n")
        require(len(lines) == 4 and lines[3] == "", "not the three lines of a checkpoint")
        require(lines[0] == key.name, "a checkpoint of another log")
        require(re.fullmatch(r"0|[1-9][0-9]{0,19}", lines[1], re.ASCII), "not a size")
        self.size, self.root = int(lines[1]), base64_bytes(lines[2])
        require(self.size < 1 << 64 and len(self.root) == 32, "not a checkpoint")


# --- Witnesses --------------------------------------------------------------------------------------------------


def split_note(data):
    """Text and signature lines of a note whose log's signature was checked before."""
    head, _, tail = data.decode("utf-8").rpartition("\n\n")
    return head + "\n", [(line, *_signature(line)) for line in tail[:-1].split("\n")]


def bare_note(data, key):
    """The note with the first line of the log alone: what authorities stamp."""
    text, lines = split_note(data)
    own = [line for line, name, _, _ in lines if name == key.name]
    return (text + "\n" + "".join(line + "\n" for line in own[:1])).encode()


def cosigned(data, witness):
    """Whether a witness cosigned a checkpoint; a bad line of its key refuses it."""
    text, lines = split_note(data)
    spoke = False
    for _, name, key_id, signature in lines:
        if (name, key_id) != (witness.name, witness.id):
            continue
        time = int.from_bytes(signature[:8], "big")
        message = f"cosignature/v1\ntime {time}\n{text}".encode()
        good = len(signature) == 72 and time < 1 << 63 and verifies(witness.public_key, signature[8:], message)
        require(good, "a cosignature does not verify")
        spoke = True
    return spoke


class Policy:
    """Section 18."""

    def __init__(self, data):
        require(len(data) <= 262_144, "a policy of more than 256 KiB")
        require(not any(b < 0x20 and b not in (0x09, 0x0A) or b == 0x7F for b in data), "a control character")
        self.logs, self.voices, self.quorum, members = [], {}, None, set()
        for line in data.decode("utf-8", "surrogateescape").split("\n"):
            items = [item for item in re.split(r"[ \t]+", line) if item]
            if not items or items[0].startswith("#"):
                continue
            if items[0] == "log" and len(items) in (2, 3):
                self.logs.append(LogKey(items[1]))
            elif items[0] == "witness" and len(items) in (3, 4):
                self._define(items[1], WitnessKey(items[2]))
            elif items[0] == "group" and len(items) >= 4:
                names = items[3:]
                require(all(name in self.voices for name in names), "a member that is not defined")
                require(len(set(names)) == len(names) and not members & set(names), "a member twice")
                members |= set(names)
                count = {"any": 1, "all": len(names)}.get(items[2])
                if count is None:
                    require(re.fullmatch("[1-9][0-9]*", items[2], re.ASCII), "not a threshold")
                    count = int(items[2])
                require(1 <= count <= len(names), "not a threshold")
                self._define(items[1], (count, names))
            elif items[0] == "quorum" and len(items) == 2:
                require(self.quorum is None, "two quorums")
                require(items[1] == "none" or items[1] in self.voices, "a quorum that is not defined")
                self.quorum = items[1]
            else:
                raise Wrong("not a line of a policy")
        require(self.quorum is not None, "no quorum")
        keys = [voice.public_key for voice in self.voices.values() if isinstance(voice, WitnessKey)]
        require(len(set(keys)) == len(keys), "a key twice")

    def _define(self, name, voice):
        require(name not in self.voices and name != "none", "a name that is taken")
        self.voices[name] = voice

    def satisfied(self, data):
        """Whether the quorum cosigned the checkpoint."""
        spoken = {}
        for name, voice in self.voices.items():
            if isinstance(voice, WitnessKey):
                spoken[name] = cosigned(data, voice)
            else:
                spoken[name] = sum(spoken[member] for member in voice[1]) >= voice[0]
        return self.quorum == "none" or spoken[self.quorum]
