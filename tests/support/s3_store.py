"""An S3 store for tests (moto's server, whose buckets are in its memory) that holds every request against its signature.

Its first line says where it is and with what credentials: endpoint, id, secret, as JSON. Then it does what it is told,
a line each, by boto3, and answers each with a line of JSON; it ends when nothing more can come.

    download BUCKET FOLDER      writes every object there; answers name: [content type, cache control]
    put BUCKET NAME FILE        puts a file's bytes
    remove BUCKET NAME
"""

import json
import logging
import pathlib
import sys

import boto3
import requests
from moto.server import ThreadedMotoServer

POLICY = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}


def client(service, endpoint, key, secret):
    return boto3.client(
        service, endpoint_url=endpoint, region_name="us-east-1", aws_access_key_id=key, aws_secret_access_key=secret
    )


def start():
    """The store's endpoint and a user of it; there is a bucket `log`."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    iam = client("iam", endpoint, "any", "any")
    iam.create_user(UserName="exporter")
    iam.put_user_policy(UserName="exporter", PolicyName="s3", PolicyDocument=json.dumps(POLICY))
    key = iam.create_access_key(UserName="exporter")["AccessKey"]
    client("s3", endpoint, "any", "any").create_bucket(Bucket="log")
    # Until now anybody might do anything, as in every new store of moto's.
    requests.post(f"{endpoint}/moto-api/reset-auth", data="0", timeout=60).raise_for_status()
    return endpoint, key["AccessKeyId"], key["SecretAccessKey"]


def download(s3, bucket, folder):
    headers = {}
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
        for name in (entry["Key"] for entry in page.get("Contents", [])):
            found = s3.get_object(Bucket=bucket, Key=name)
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(found["Body"].read())
            headers[name] = [found["ContentType"], found.get("CacheControl", "")]
    return headers


def obey(s3, what, bucket, *rest):
    match what, *rest:
        case "download", folder:
            return download(s3, bucket, folder)
        case "put", name, file:
            return s3.put_object(Bucket=bucket, Key=name, Body=pathlib.Path(file).read_bytes())["ETag"]
        case "remove", name:
            return s3.delete_object(Bucket=bucket, Key=name)["ResponseMetadata"]["HTTPStatusCode"]


def main():
    endpoint, key, secret = start()
    print(json.dumps({"endpoint": endpoint, "id": key, "secret": secret}), flush=True)
    s3 = client("s3", endpoint, key, secret)
    for line in sys.stdin:
        print(json.dumps(obey(s3, *line.split())), flush=True)


main()
