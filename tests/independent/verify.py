"""Checks dossiers and proofs without a line of this project's code; written from docs/formats.md alone.

    python verify.py [--vkey VKEY]... PATH...

A line for each verdict, then one with the outcome of each path. Exit code 0: all good. 1: something is tampered
with. 2: something is missing, or the arguments are of no use.
"""

import argparse
import os
import sys

from canonical import Wrong
from dossier import Check, Folder, Zip, check_proof
from notes import LogKey
from record import MAX_RECORD

CODES = {"good": 0, "tampered": 1, "incomplete": 2}


def report_on(path, trusted):
    """Verdicts on a dossier's folder or zip, or a proof's file."""
    if os.path.isdir(path):
        return Check(Folder(path), trusted).run()
    with open(path, "rb") as stream:
        if stream.read(4) == b"PK\3\4":
            return Check(Zip(path), trusted).run()
        stream.seek(0)
        return check_proof(os.path.basename(path), stream.read(MAX_RECORD + 1), trusted)


def printable(words):
    return "".join(c if c.isprintable() else "\ufffd" for c in words)


def main():
    parser = argparse.ArgumentParser(description="Checks dossiers and proofs by docs/formats.md.")
    parser.add_argument("--vkey", action="append", default=[], help="a public key of the log, from elsewhere")
    parser.add_argument("paths", nargs="+", metavar="PATH")
    arguments = parser.parse_args()
    codes = set()
    try:
        trusted = [LogKey(vkey) for vkey in arguments.vkey]
        for path in arguments.paths:
            report = report_on(path, trusted)
            for part, step, state, words in report.verdicts:
                print(printable(f"{state:9} {step:11} {part}  {words}".rstrip()))
            print(f"outcome {report.outcome()} {path}")
            codes.add(CODES[report.outcome()])
    except (OSError, Wrong) as fault:
        print(printable(str(fault)), file=sys.stderr)
        return 2
    return 1 if 1 in codes else max(codes)


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    sys.exit(main())
