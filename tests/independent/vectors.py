"""Holds the parts of this verifier against tests/vectors: python vectors.py FOLDER."""

import io
import json
import pathlib
import sys
import tempfile

from dossier import Check, Folder, check_proof
from merkle import consistency_holds, inclusion_holds, measure, root_of
from notes import Checkpoint, LogKey


def vectors(folder, name):
    return json.loads((folder / f"{name}.json").read_text("utf-8"))["vectors"]


def check_tree(tree):
    """Every inclusion and consistency proof holds, and none holds for its neighbour."""
    leaves = [bytes([n]) * n for n in range(len(tree["roots"]))]
    roots = [bytes.fromhex(root) for root in tree["roots"]]
    for size, root in enumerate(roots):
        assert root_of(leaves[:size]) == root, f"root of {size}"
    for case in tree["inclusion"]:
        proof = [bytes.fromhex(one) for one in case["proof"]]
        index, size = case["index"], case["size"]
        assert inclusion_holds(leaves[index], index, size, proof, roots[size]), case
        assert not inclusion_holds(leaves[index] + b"!", index, size, proof, roots[size]), case
        assert not inclusion_holds(leaves[index], index, size, proof + [roots[0]], roots[size]), case
    for case in tree["consistency"]:
        proof = [bytes.fromhex(one) for one in case["proof"]]
        old, new = case["old"], case["new"]
        assert consistency_holds(old, roots[old], new, roots[new], proof), case
        assert not consistency_holds(old, roots[old], new, roots[0], proof), case
        assert not consistency_holds(old, roots[old], new, roots[new], proof + [roots[0]]), case


def check_files(folder):
    """The dossier and the proof hold under their own key, chunks are cut as they should be."""
    for case in vectors(folder, "chunk"):
        data = bytes(n % 251 for n in range(251)) * (case["length"] // 251 + 1)
        sha, size, chunk_root = measure(io.BytesIO(data[: case["length"]]))
        assert (sha.hex(), size, chunk_root.hex()) == (case["sha256"], case["length"], case["chunk_root"]), case
    assert check_proof("proof.json", vectors(folder, "proof").encode(), ()).outcome() == "good"
    with tempfile.TemporaryDirectory() as place:
        for name, held in vectors(folder, "dossier").items():
            path = pathlib.Path(place, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(held.encode() if isinstance(held, str) else bytes.fromhex(held["hex"]))
        assert Check(Folder(place), ()).run().outcome() == "good"


def main():
    folder = pathlib.Path(sys.argv[1])
    check_tree(vectors(folder, "tree"))
    check_files(folder)
    note = vectors(folder, "checkpoint")
    checkpoint = Checkpoint(note["note"].encode(), LogKey(note["vkey"]))
    assert (checkpoint.size, checkpoint.root.hex()) == (note["size"], note["root"])
    print("the vectors hold")


if __name__ == "__main__":
    main()
