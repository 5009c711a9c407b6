"""Uploads a file with tuspy, a client that is not ours: stops half way, comes back as another process would, and
ends it. Every piece carries a SHA-1 checksum, which is what tuspy knows.

Arguments: server, case, cookie, CSRF token, file.
"""

import sys

from tusclient.client import TusClient

server, case, cookie, token, path = sys.argv[1:]


def client() -> TusClient:
    return TusClient(f"{server}/files", headers={"Cookie": cookie, "X-CSRF-Token": token})


metadata = {"filename": "tuspy 上传.bin", "case": case}
first = client().uploader(path, chunk_size=300_000, metadata=metadata, upload_checksum=True)
first.upload(stop_at=1_500_000)
assert first.offset >= 1_500_000, first.offset

again = client().uploader(path, chunk_size=700_000, url=first.url, upload_checksum=True)
assert again.offset == first.offset, (again.offset, first.offset)
again.upload()
assert again.offset == again.get_file_size()
print("done")
