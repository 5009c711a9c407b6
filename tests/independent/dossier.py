"""The checks of a whole dossier and of a single proof: sections 13 and 14 of docs/formats.md."""

import os
import stat

from canonical import Missing, Wrong, array, digest, filled, moment, natural, one_of, read, require, sha256, shaped, text
from merkle import measure
from notes import MAX_NOTE, Checkpoint, LogKey, open_note
from record import MAX_RECORD, Record, keys_by_id, public_key, shape

MANIFEST, SEAL, CHECKPOINT, README = "manifest.json", "seal", "checkpoint", "说明.txt"
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


# --- The manifest ----------------------------------------------------------------------------------------------


def _file(name):
    return lambda value: shaped(value, {"file": one_of(name), "sha256": digest})


def _records(value):
    array(lambda _: None)(value)
    for n, item in enumerate(value):
        _file(f"records/{n:04}.json")(item)


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
                "format": one_of("zhijian/dossier/v1"), "keys": array(public_key), "log_key": text, "made_at": moment,
                "number": text, "readme": _file(README), "records": _records,
            },
        )
        self.keys = keys_by_id(value["keys"])
        self.exhibits = {exhibit["sha256"]: exhibit for exhibit in value["exhibits"]}
        require(len(self.exhibits) == len(value["exhibits"]), "an exhibit is listed twice")
        self.log_key = LogKey(value["log_key"])

    def files(self):
        """Every file that belongs to the dossier."""
        listed = [item["file"] for item in self.value["records"] + self.value["exhibits"]]
        return {MANIFEST, SEAL, CHECKPOINT, README, *listed}


def _manifest(folder, trusted):
    manifest = Manifest(folder.read(MANIFEST, MAX_MANIFEST))
    return manifest, trusted is None or manifest.value["log_key"] == trusted


def _same_key(same):
    require(same, "the dossier names another log key than the one given")


# --- The dossier -----------------------------------------------------------------------------------------------


class Check:
    """One pass over a dossier, in the order of section 14."""

    def __init__(self, folder, trusted):
        self.folder, self.trusted, self.report = folder, trusted, Report()

    def run(self):
        report = self.report
        read_manifest = report.check(MANIFEST, "manifest", lambda: _manifest(self.folder, self.trusted))
        if read_manifest is None:
            return report
        self.manifest, same = read_manifest
        if not same:
            report.check(MANIFEST, "manifest", lambda: _same_key(same))
        report.check(SEAL, "seal", self._seal)
        checkpoint = report.check(CHECKPOINT, "checkpoint", self._checkpoint)
        records = [self._record(item, checkpoint) for item in self.manifest.value["records"]]
        self._chain(records)
        self._exhibits(records)
        report.check(README, "file", lambda: self._listed(self.manifest.value["readme"], MAX_NOTE))
        self._strangers()
        return report

    def _listed(self, item, limit):
        data = self.folder.read(item["file"], limit)
        require(sha256(data).hex() == item["sha256"], "not the file the manifest lists")
        return data

    def _seal(self):
        said = open_note(self.folder.read(SEAL, MAX_NOTE), self.manifest.log_key)
        require(said == f"zhijian/dossier/v1\n{self.manifest.digest}\n", "the seal is of another manifest")

    def _checkpoint(self):
        data = self._listed(self.manifest.value["checkpoint"], MAX_NOTE)
        return Checkpoint(data, self.manifest.log_key)

    def _record(self, item, checkpoint):
        name = item["file"]
        record = self.report.check(name, "file", lambda: Record.parse(self._listed(item, MAX_RECORD)))
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
            for exhibit in record.payload["exhibits"] if record else []:
                named.setdefault(exhibit["sha256"], []).append(exhibit)
                if exhibit["sha256"] not in listed:
                    self.report.missing(f"records/{n:04}.json", ["exhibit"], f"not listed: {exhibit['sha256']}")
        whole = None not in records
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


def _proof(data, trusted):
    value = read(data, MAX_RECORD)
    one_format = one_of("zhijian/proof/v1")
    members = {"checkpoint": text, "format": one_format, "keys": array(public_key), "log_key": text, "record": shape}
    shaped(value, members)
    require(trusted is None or value["log_key"] == trusted, "another log key than the one given")
    record, keys = Record(value["record"]), keys_by_id(value["keys"])
    signers = {signer["key"] for signer in record.payload["signers"]}
    require(set(keys) == signers, "not the keys of the signers and no others")
    return value, record, keys, LogKey(value["log_key"])


def check_proof(name, data, trusted):
    """The report on one proof's bytes; `name` is what its verdicts call it."""
    report = Report()
    parsed = report.check(name, "file", lambda: _proof(data, trusted))
    if parsed is None:
        return report
    value, record, keys, log_key = parsed
    opening = Report()
    checkpoint = opening.check(name, "checkpoint", lambda: Checkpoint(value["checkpoint"].encode(), log_key))
    for step, act in record.steps(keys, checkpoint):
        report.check(name, step, act)
    report.verdicts.extend(opening.verdicts)
    return report
