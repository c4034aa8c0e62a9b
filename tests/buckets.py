"""A bucket to test with, on a server of this machine that speaks as S3 does."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import boto3
from moto.server import ThreadedMotoServer

from indexer.bucket import Bucket
from indexer.objects import Objects
from model.naming import ONLY_HIDDEN, Ignored

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_EC2_METADATA_DISABLED": "true",
}


@contextmanager
def running_s3() -> Iterator[str]:
    """Give the address of a server; nothing that is in it outlives it."""
    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line for each request
    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


class OwnBucket:
    """A bucket of its own, as its owner sees it: with every object, whatever it is called."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint, self.name = endpoint, f"bucket-{uuid4()}"
        self.s3 = boto3.client("s3", endpoint_url=endpoint)
        self.s3.create_bucket(Bucket=self.name)

    def put(self, name: str, data: bytes) -> None:
        self.s3.put_object(Bucket=self.name, Key=name, Body=data)

    def get(self, name: str) -> bytes:
        data: bytes = self.s3.get_object(Bucket=self.name, Key=name)["Body"].read()
        return data

    def names(self) -> list[str]:
        return [found["Key"] for found in self.s3.list_objects_v2(Bucket=self.name).get("Contents", [])]

    def library(self, prefix: str = "pictures/", ignored: Ignored = ONLY_HIDDEN) -> Bucket:
        return Bucket(Objects(self.name, self.endpoint), prefix, f"s3://{self.name}/{prefix}", ignored=ignored)
