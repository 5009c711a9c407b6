"""The checks of a whole dossier and of a single proof: sections 13 and 14 of docs/formats.md."""

import io
import os
import re
import stat
import zipfile
import zlib

from canonical import Missing, Wrong, array, digest, filled, moment, natural, one_of, read, require, sha256, shaped, text
from merkle import measure
from notes import MAX_NOTE, Checkpoint, LogKey, Policy, bare_note, open_note
from record import MAX_RECORD, Record, Withheld, keys_by_id, public_key, shape
from stamps import MAX_TOKEN, check_token

MANIFEST, SEAL, CHECKPOINT, POLICY, README = "manifest.json", "seal", "checkpoint", "policy", "说明.txt"
MAY_WITHHOLD = ("party", "public")
MAX_MANIFEST = 16_777_216
LEFT_BY_SYSTEMS = (".DS_Store", "Thumbs.db", "desktop.ini")


class Report:
    """Verdicts as they are reached, and the outcome they come to."""

    def __init__(self):
        self.verdicts = []

    def check(self, part, step, act):
        """Runs `act` and notes how it went; gives what it gave, or None."""
        try:
            found = act()
        except Wrong as fault:
            self.verdicts.append((part, step, "tampered", str(fault)))
        except Missing as fault:
            self.verdicts.append((part, step, "missing", str(fault)))
        else:
            self.verdicts.append((part, step, "good", ""))
            return found

    def missing(self, part, steps, words):
        self.verdicts.extend((part, step, "missing", words) for step in steps)

    def outcome(self):
        states = {state for _, _, state, _ in self.verdicts}
        return "tampered" if "tampered" in states else "incomplete" if "missing" in states else "good"


class Folder:
    """The regular files below a folder; links are not followed and are not files."""

    def __init__(self, root):
        self.root = root
        self.names = sorted(self._walk(root, ""))

    def _walk(self, folder, prefix):
        for entry in os.scandir(folder):
            if entry.is_dir(follow_symlinks=False):
                yield from self._walk(entry.path, f"{prefix}{entry.name}/")
            else:
                yield prefix + entry.name

    def open(self, name):
        path = os.path.join(self.root, *name.split("/"))
        try:
            if not stat.S_ISREG(os.lstat(path).st_mode):
                raise Missing("not a regular file")
            return open(path, "rb")
        except OSError as fault:
            raise Missing(fault.strerror or "cannot be read") from fault

    def read(self, name, limit):
        with self.open(name) as stream:
            try:
                data = stream.read(limit + 1)
            except OSError as fault:
                raise Missing(fault.strerror or "cannot be read") from fault
        require(len(data) <= limit, f"more than {limit} bytes")
        return data


class Zip:
    """The files in a zip; each name once."""

    def __init__(self, path):
        try:
            self.archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError) as fault:
            raise Wrong("not a sound zip file") from fault
        self.names = sorted(item.filename for item in self.archive.infolist() if not item.is_dir())
        require(len(set(self.names)) == len(self.names), "two files of one name")

    def open(self, name):
        if name not in self.names:
            raise Missing("not in the zip")
        try:
            # Read at once: what cannot be unpacked was changed.
            return io.BytesIO(self.archive.read(name))
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as fault:
            raise Wrong("cannot be unpacked") from fault

    def read(self, name, limit):
        return Folder.read(self, name, limit)


# --- The manifest ----------------------------------------------------------------------------------------------


def _file(name):
    return lambda value: shaped(value, {"file": one_of(name), "sha256": digest})


def _numbered(form):
    def check(value):
        array(lambda _: None)(value)
        for n, item in enumerate(value):
            _file(form.format(n))(item)

    return check


def _timestamps(value):
    array(lambda _: None)(value)
    for n, item in enumerate(value):
        shaped(item, {"authority": text, "file": one_of(f"timestamps/{n:04}.tst"), "sha256": digest})


def _rules_file(value):
    shaped(value, {"file": text, "sha256": digest})
    require(re.fullmatch(r"rules/[a-z0-9_]+/[a-z0-9_]+\.toml", value["file"], re.ASCII), "not a rule file's name")


def _rules(value):
    shaped(value, {"files": array(_rules_file), "pack": text, "sha256": digest})
    names = [file["file"] for file in value["files"]]
    require(len(set(names)) == len(names), "a rule file twice")


def _withheld(value):
    shaped(value, {"reason": text, "sha256": digest})


def _exhibit(value):
    shaped(
        value,
        {"chunk_root": digest, "file": text, "media_type": text, "name": text, "sha256": digest, "size": natural},
    )
    require(value["file"] == f"exhibits/{value['sha256']}", "an exhibit under another name")


class Manifest:
    """The table of contents and the log key it claims."""

    def __init__(self, data):
        self.digest = sha256(data).hex()
        self.value = value = read(data, MAX_MANIFEST)
        shaped(
            value,
            {
                "case": filled, "checkpoint": _file(CHECKPOINT), "exhibits": array(_exhibit),
                "format": one_of("zhijian/dossier/v2"), "keys": array(public_key),
                "key_records": _numbered("keys/{:04}.json"), "log_key": text, "made_at": moment, "number": text,
                "policy": _file(POLICY), "readme": _file(README), "records": _numbered("records/{:04}.json"),
                "rules": _rules, "timestamps": _timestamps, "variant": one_of("whole", "party", "court", "public"),
                "withheld": array(_withheld),
            },
        )
        self.keys = keys_by_id(value["keys"])
        self.exhibits = {exhibit["sha256"]: exhibit for exhibit in value["exhibits"]}
        self.withheld = {exhibit["sha256"] for exhibit in value["withheld"]}
        both = len(value["exhibits"]) + len(value["withheld"])
        require(len(set(self.exhibits) | self.withheld) == both, "an exhibit is listed twice")
        self.may_withhold = value["variant"] in MAY_WITHHOLD
        self.log_key = LogKey(value["log_key"])

    def files(self):
        """Every file that belongs to the dossier."""
        lists = [self.value[name] for name in ("records", "exhibits", "key_records", "timestamps")]
        listed = [item["file"] for items in lists + [self.value["rules"]["files"]] for item in items]
        return {MANIFEST, SEAL, CHECKPOINT, POLICY, README, *listed}


# --- The dossier -----------------------------------------------------------------------------------------------


class Check:
    """One pass over a dossier, in the order of section 14."""

    def __init__(self, folder, trusted):
        self.folder, self.trusted, self.report = folder, trusted, Report()

    def run(self):
        report = self.report
        read_manifest = lambda: Manifest(self.folder.read(MANIFEST, MAX_MANIFEST))
        self.manifest = report.check(MANIFEST, "manifest", read_manifest)
        if self.manifest is None:
            return report
        report.check(SEAL, "seal", self._seal)
        checkpoint = report.check(CHECKPOINT, "checkpoint", self._checkpoint)
        report.check(POLICY, "witness", self._witnesses)
        for token in self.manifest.value["timestamps"]:
            report.check(token["file"], "timestamp", lambda: self._timestamp(token))
        self._keys(checkpoint)
        records = [self._record(item, checkpoint) for item in self.manifest.value["records"]]
        self._chain(records)
        self._exhibits(records)
        report.check(README, "file", lambda: self._listed(self.manifest.value["readme"], MAX_NOTE))
        for item in self.manifest.value["rules"]["files"]:
            report.check(item["file"], "file", lambda: self._listed(item, MAX_NOTE))
        self._strangers()
        return report

    def _witnesses(self):
        policy = Policy(self._listed(self.manifest.value["policy"], MAX_NOTE))
        own = [(log.name, log.public_key) for log in policy.logs]
        key = self.manifest.log_key
        require(own == [(key.name, key.public_key)], "a policy of other logs")
        note = self._listed(self.manifest.value["checkpoint"], MAX_NOTE)
        Checkpoint(note, key)
        if not policy.satisfied(note):
            raise Missing("too few witnesses")

    def _timestamp(self, token):
        data = self._listed(token, MAX_TOKEN)
        note = self._listed(self.manifest.value["checkpoint"], MAX_NOTE)
        Checkpoint(note, self.manifest.log_key)
        check_token(data, bare_note(note, self.manifest.log_key))

    def _keys(self, checkpoint):
        events = []
        for item in self.manifest.value["key_records"]:
            name = item["file"]
            record = self.report.check(name, "key", lambda: Record(read(self._listed(item, MAX_RECORD), MAX_RECORD)))
            if record is not None:
                for step, act in record.steps(self.manifest.keys, checkpoint):
                    self.report.check(name, step, act)
                events.append(self.report.check(name, "key", lambda: self._event(record)))
        for key in self.manifest.keys.values():
            wanted = [(key["id"], "key-registered")] + [(key["id"], "key-revoked")] * ("revoked_leaf" in key)
            if sorted(event for event in events if event and event[0] == key["id"]) != wanted:
                self.report.missing(MANIFEST, ["key"], f"the records of key {key['id']}")

    def _event(self, record):
        payload, facts = record.payload, record.payload["facts"]
        require(payload["kind"] in ("key-registered", "key-revoked"), "no record of a key")
        require(all(signer["custody"] == "service" for signer in payload["signers"]), "not signed by the service")
        key = self.manifest.keys.get(facts.get("key"))
        require(key is not None, "a key that is not listed")
        if payload["kind"] == "key-revoked":
            require(key.get("revoked_leaf") == record.leaf["index"], "another leaf of revocation")
        else:
            require(key["registered_leaf"] == record.leaf["index"], "another leaf of registration")
            same = facts.get("public_key") == key["public_key"] and facts.get("custody") == key["custody"]
            require(same, "another public key or custody")
        return key["id"], payload["kind"]

    def _listed(self, item, limit):
        data = self.folder.read(item["file"], limit)
        require(sha256(data).hex() == item["sha256"], "not the file the manifest lists")
        return data

    def _seal(self):
        said = open_note(self.folder.read(SEAL, MAX_NOTE), self.manifest.log_key, self.trusted)
        require(said == f"zhijian/dossier/v2\n{self.manifest.digest}\n", "the seal is of another manifest")

    def _checkpoint(self):
        data = self._listed(self.manifest.value["checkpoint"], MAX_NOTE)
        return Checkpoint(data, self.manifest.log_key, self.trusted)

    def _record(self, item, checkpoint):
        name = item["file"]
        record = self.report.check(name, "file", lambda: Record.parse(self._listed(item, MAX_RECORD)))
        if isinstance(record, Withheld) and not self.manifest.may_withhold:
            self.report.missing(name, ["fields"], "withheld from a dossier that should be whole")
        if record is not None:
            for step, act in record.steps(self.manifest.keys, checkpoint):
                self.report.check(name, step, act)
        return record

    def _chain(self, records):
        require_place = self._require_place
        prev = "0" * 64
        if not records:
            self.report.missing(MANIFEST, ["chain"], "no record at all")
        for n, record in enumerate(records):
            name = f"records/{n:04}.json"
            if record is None:
                self.report.missing(MANIFEST, ["chain"], f"the chain cannot be followed through {name}")
                prev = None
                continue
            self.report.check(name, "chain", lambda: require_place(record.entry, n, prev))
            prev = record.entry_hash().hex()

    def _require_place(self, entry, n, prev):
        require(entry["seq"] == n, f"number {entry['seq']} stands at place {n}")
        require(entry["chain"] == self.manifest.value["case"], "a record of another case")
        require(prev is None or entry["prev"] == prev, "prev is not the entry before")

    def _exhibits(self, records):
        listed, named = self.manifest.exhibits, {}
        for n, record in enumerate(records):
            for exhibit in record.payload["exhibits"] if record and record.payload else []:
                named.setdefault(exhibit["sha256"], []).append(exhibit)
                left_out = self.manifest.may_withhold and exhibit["sha256"] in self.manifest.withheld
                if exhibit["sha256"] not in listed and not left_out:
                    self.report.missing(f"records/{n:04}.json", ["exhibit"], f"not listed: {exhibit['sha256']}")
        whole = all(isinstance(record, Record) for record in records)
        for sha, exhibit in listed.items():
            references = named.get(sha, [])
            self.report.check(exhibit["file"], "exhibit", lambda: self._reference(exhibit, references, whole))
            self.report.check(exhibit["file"], "exhibit", lambda: self._exhibit(exhibit))

    def _exhibit(self, exhibit):
        with self.folder.open(exhibit["file"]) as stream:
            try:
                sha, size, chunk_root = measure(stream)
            except OSError as fault:
                raise Missing(fault.strerror or "cannot be read") from fault
        require(sha.hex() == exhibit["sha256"], "other bytes than those recorded")
        require(size == exhibit["size"] and chunk_root.hex() == exhibit["chunk_root"], "size or chunk root differ")

    def _reference(self, exhibit, named, whole):
        for one in named:
            same = all(one[member] == exhibit[member] for member in ("size", "chunk_root"))
            require(same, "the list and a record disagree about it")
        types = {one["media_type"] for one in named}
        require(not named or exhibit["media_type"] in types, "no record gives it this media type")
        if not named:
            require(not whole, "no record names it")
            raise Missing("a record that is not there may name it")

    def _strangers(self):
        known = self.manifest.files()
        for name in self.folder.names:
            if name not in known and name.rsplit("/", 1)[-1] not in LEFT_BY_SYSTEMS:
                self.report.verdicts.append((name, "file", "tampered", "no file of this dossier"))


# --- One proof -------------------------------------------------------------------------------------------------


def _proof(data):
    value = read(data, MAX_RECORD)
    one_format = one_of("zhijian/proof/v1")
    members = {"checkpoint": text, "format": one_format, "keys": array(public_key), "log_key": text, "record": shape}
    shaped(value, members)
    record, keys = Record(value["record"]), keys_by_id(value["keys"])
    signers = {signer["key"] for signer in record.payload["signers"]}
    require(set(keys) == signers, "not the keys of the signers and no others")
    return value, record, keys, LogKey(value["log_key"])


def check_proof(name, data, trusted):
    """The report on one proof's bytes; `name` is what its verdicts call it, `trusted` are the keys given."""
    report = Report()
    parsed = report.check(name, "file", lambda: _proof(data))
    if parsed is None:
        return report
    value, record, keys, log_key = parsed
    opening = Report()
    checkpoint = opening.check(name, "checkpoint", lambda: Checkpoint(value["checkpoint"].encode(), log_key, trusted))
    for step, act in record.steps(keys, checkpoint):
        report.check(name, step, act)
    report.verdicts.extend(opening.verdicts)
    return report
