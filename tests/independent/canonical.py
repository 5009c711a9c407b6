"""Canonical JSON and the small types of docs/formats.md, sections 1 and 2."""

import base64
import binascii
import datetime
import hashlib
import json
import re

MAX_INTEGER = 2**53 - 1
MAX_DEPTH = 32
LAST_MOMENT = 253_402_207_200_000


class Wrong(Exception):
    """What is there and is not what it says: tampering."""


class Missing(Exception):
    """What is not there, or cannot be read: an incomplete dossier."""


def require(holds, words):
    if not holds:
        raise Wrong(words)


# --- Hashes (1.1) ----------------------------------------------------------------------------------------------


def sha256(data):
    return hashlib.sha256(data).digest()


def prefixed(data):
    return len(data).to_bytes(4, "big") + data


def tagged(tag, *parts):
    return sha256(tag.encode("ascii") + b"\0" + b"".join(parts))


# --- Canonical JSON (2) ----------------------------------------------------------------------------------------


def _members_once(pairs):
    require(len({name for name, _ in pairs}) == len(pairs), "a member is there twice")
    return dict(pairs)


def _integer(text):
    value = int(text)
    require(abs(value) <= MAX_INTEGER, "an integer beyond 2^53 - 1")
    return value


def _no_number(text):
    raise Wrong(f"a number that is no integer: {text[:40]}")


def _depth(value):
    """Levels of arrays and objects below `value`, itself not counted; -1 for what is neither."""
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return -1 if inner is None else max((_depth(item) + 1 for item in inner), default=0)


def _utf16(text):
    return text.encode("utf-16-be", "surrogatepass")


def _sorted(value):
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value, key=_utf16)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def write(value):
    """The bytes of RFC 8785; Python's shortest escapes are that document's."""
    return json.dumps(_sorted(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode("utf-8")


def read(data, limit):
    """The value of canonical JSON of at most `limit` bytes; refuses every other spelling of it."""
    require(len(data) <= limit, f"more than {limit} bytes")
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=_members_once,
            parse_int=_integer,
            parse_float=_no_number,
            parse_constant=_no_number,
        )
        require(_depth(value) <= MAX_DEPTH, "nested too deep")
        again = write(value)
    except (ValueError, RecursionError) as fault:
        raise Wrong(f"not JSON: {fault}") from fault
    require(again == data, "JSON, but not in its canonical form")
    return value


# --- Types of members (1) --------------------------------------------------------------------------------------


def shaped(value, required, optional=()):
    """Checks an object's members: all of `required`, any of `optional`, no others. Both map a name to a check."""
    require(isinstance(value, dict), "not an object")
    known = dict(required) | dict(optional)
    for name in value:
        require(name in known, f"an unknown member {name!r}")
    for name, check in known.items():
        require(name in value or name not in required, f"no member {name!r}")
        if name in value:
            try:
                check(value[name])
            except Wrong as fault:
                raise Wrong(f"{name}: {fault}") from fault


def text(value):
    require(isinstance(value, str), "not a string")


def filled(value):
    text(value)
    require(value != "", "empty")


def digest(value):
    text(value)
    require(re.fullmatch(r"[0-9a-f]{64}", value, re.ASCII), "not 64 lower-case hex digits")


def natural(value):
    require(isinstance(value, int) and not isinstance(value, bool) and value >= 0, "not a count")


def an_object(value):
    require(isinstance(value, dict), "not an object")


def one_of(*choices):
    return lambda value: require(value in choices, f"not one of {', '.join(choices)}")


def array(check):
    def each(value):
        require(isinstance(value, list), "not an array")
        for item in value:
            check(item)

    return each


def base64_bytes(value):
    """The bytes of strict base64: padded, unused bits zero, so that it is the only spelling."""
    text(value)
    try:
        data = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise Wrong("not base64") from fault
    require(base64.b64encode(data).decode("ascii") == value, "base64 in another spelling")
    return data


_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
_EPOCH = datetime.datetime(1970, 1, 1)


def moment(value):
    """Milliseconds since 1970 of a moment's text."""
    text(value)
    require(_MOMENT.fullmatch(value), "not a moment with three decimals and Z")
    try:
        when = datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError as fault:
        raise Wrong("no such moment") from fault
    millis = (when - _EPOCH) // datetime.timedelta(milliseconds=1)
    require(millis <= LAST_MOMENT, "a moment after the last one")
    return millis
