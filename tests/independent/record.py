"""One record with its proof: sections 3 to 8 of docs/formats.md, in the steps of section 13."""

from canonical import (
    Missing, Wrong, an_object, array, base64_bytes, digest, filled, moment, natural, one_of, prefixed, read, require,
    sha256, shaped, tagged, text, write,
)
from merkle import inclusion_holds, root_of
from notes import verifies

PAYLOAD_TYPE = "application/vnd.zhijian.record.v1+json"
MAX_PAYLOAD, MAX_ENVELOPE, MAX_RECORD = 262_144, 524_288, 8_388_608
CUSTODY = one_of("browser", "server", "service")

# --- Shapes ----------------------------------------------------------------------------------------------------


def _signer(value):
    shaped(value, {"custody": CUSTODY, "key": filled, "person": filled})


def _exhibit(value):
    shaped(value, {"chunk_root": digest, "media_type": text, "sha256": digest, "size": natural})


def _field(value):
    shaped(value, {"path": text, "salt": digest, "value": text}, {"mask": text})


def _entry(value):
    shaped(value, {"chain": text, "prev": digest, "received_at": moment, "record": digest, "seq": natural})


def _signature(value):
    shaped(value, {"keyid": text, "sig": base64_bytes})


def public_key(value):
    shaped(
        value,
        {"custody": CUSTODY, "id": text, "public_key": digest, "registered_leaf": natural},
        {"revoked_leaf": natural},
    )


def _leaf(value):
    shaped(value, {"index": natural, "nonce": digest})


def shape(value):
    """Checks the `record` object of section 13."""
    lists = {"hidden": array(digest), "inclusion": array(digest), "opened": array(_field)}
    shaped(value, {"entry": _entry, "envelope": base64_bytes, "leaf": _leaf, **lists})


def keys_by_id(keys):
    found = {key["id"]: key for key in keys}
    require(len(found) == len(keys), "a key is there twice")
    return found


# --- The record ------------------------------------------------------------------------------------------------


def _payload(data):
    payload = read(data, MAX_PAYLOAD)
    shaped(
        payload,
        {
            "schema": one_of("zhijian/record/v1"), "chain": filled, "kind": filled, "at": moment,
            "signers": array(_signer), "fields_root": digest, "exhibits": array(_exhibit), "facts": an_object,
        },
        {"on_behalf_of": text},
    )
    signers = payload["signers"]
    require(1 <= len(signers) <= 16, "not 1 to 16 signers")
    require(len({signer["key"] for signer in signers}) == len(signers), "a key signs twice")
    return payload


def withheld_shape(value):
    """Checks what stands in place of a record that is left out."""
    shaped(value, {"entry": _entry, "inclusion": array(digest), "leaf": _leaf, "withheld": text})


class Withheld:
    """The place of a record that is not shown."""

    payload = None

    def __init__(self, value):
        withheld_shape(value)
        self.value, self.entry, self.leaf = value, value["entry"], value["leaf"]

    def steps(self, keys, checkpoint):
        return [
            ("entry", lambda: _starts_right(self.entry)),
            ("leaf", lambda: Record._leaf(self, checkpoint)),
            ("inclusion", lambda: Record._inclusion(self, checkpoint)),
        ]

    def entry_hash(self):
        return Record.entry_hash(self)


def _starts_right(entry):
    require((entry["prev"] == "0" * 64) == (entry["seq"] == 0), "prev is zero exactly at the chain's start")


class Record:
    """A record as proven: its parsed envelope and payload beside what places them in the log."""

    def __init__(self, value):
        shape(value)
        self.value, self.entry, self.leaf = value, value["entry"], value["leaf"]
        self.envelope = base64_bytes(value["envelope"])
        envelope = read(self.envelope, MAX_ENVELOPE)
        one_type = one_of(PAYLOAD_TYPE)
        shaped(envelope, {"payload": base64_bytes, "payloadType": one_type, "signatures": array(_signature)})
        self.signed, self.signatures = base64_bytes(envelope["payload"]), envelope["signatures"]
        self.payload = _payload(self.signed)

    @classmethod
    def parse(cls, data):
        value = read(data, MAX_RECORD)
        if isinstance(value, dict) and "withheld" in value:
            return Withheld(value)
        return cls(value)

    def entry_hash(self):
        entry = self.entry
        return tagged(
            "zhijian/entry/v1",
            prefixed(entry["chain"].encode()),
            entry["seq"].to_bytes(8, "big"),
            bytes.fromhex(entry["prev"]),
            bytes.fromhex(entry["record"]),
            moment(entry["received_at"]).to_bytes(8, "big", signed=True),
        )

    def steps(self, keys, checkpoint):
        """Each step's name and a function that raises where it does not hold."""
        return [
            ("fields", self._fields),
            ("signatures", lambda: self._signatures(keys)),
            ("entry", self._entry),
            ("leaf", lambda: self._leaf(checkpoint)),
            ("inclusion", lambda: self._inclusion(checkpoint)),
        ]

    def _fields(self):
        opened = self.value["opened"]
        names = {(field["path"], field.get("mask")) for field in opened}
        require(len(names) == len(opened), "a field is shown twice")
        digests = [field_digest(field) for field in opened] + [bytes.fromhex(one) for one in self.value["hidden"]]
        require(root_of(sorted(digests)).hex() == self.payload["fields_root"], "the fields are not those signed for")

    def _signatures(self, keys):
        pae = b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(self.signed), self.signed)
        signers = {signer["key"]: signer for signer in self.payload["signers"]}
        given = [signature["keyid"] for signature in self.signatures]
        require(sorted(given) == sorted(signers), "not exactly one signature for each signer")
        for signature in self.signatures:
            name = signature["keyid"]
            require(name in keys, f"no key {name}")
            key = keys[name]
            require(key["custody"] == signers[name]["custody"], f"key {name} is of another custody")
            sig = base64_bytes(signature["sig"])
            require(verifies(bytes.fromhex(key["public_key"]), sig, pae), f"the signature of {name} does not verify")
            index = self.leaf["index"]
            in_time = key["registered_leaf"] <= index <= key.get("revoked_leaf", index)
            require(in_time, f"key {name} was not valid at leaf {index}")

    def _entry(self):
        entry = self.entry
        require(entry["record"] == sha256(self.envelope).hex(), "the entry is another record's")
        require(entry["chain"] == self.payload["chain"], "the entry is another chain's")
        _starts_right(entry)

    def _leaf(self, checkpoint):
        require(self.entry["seq"] <= self.leaf["index"], "a leaf before its place in the chain")
        require(checkpoint is None or self.leaf["index"] < checkpoint.size, "a leaf beyond the checkpoint")

    def _inclusion(self, checkpoint):
        if checkpoint is None:
            raise Missing("no valid checkpoint")
        leaf = b"\1" + tagged("zhijian/leaf/v1", bytes.fromhex(self.leaf["nonce"]), self.entry_hash())
        path = [bytes.fromhex(one) for one in self.value["inclusion"]]
        holds = inclusion_holds(leaf, self.leaf["index"], checkpoint.size, path, checkpoint.root)
        require(holds, "the leaf is not in the log")


def field_digest(field):
    opened = write([field[name] for name in ("path", "value", "mask") if name in field])
    return tagged("zhijian/field/v1", bytes.fromhex(field["salt"]), prefixed(opened))
