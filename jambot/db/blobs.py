"""Large contents as files under random names; no name from a person ever reaches the file system."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from jambot.errors import NotFound, StorageFull
from jambot.ids import BlobId


class BlobStore(Protocol):
    """Keeps byte strings for ever, until deleted. Contents never change after `put`."""

    def put(self, content: bytes) -> BlobId:
        """Store `content` durably and return its id. Raises `StorageFull`."""
        ...

    def get(self, blob_id: BlobId) -> bytes:
        """The content. Raises `NotFound`."""
        ...

    def delete(self, blob_id: BlobId) -> None:
        """Forget the content; an unknown id is no error."""
        ...

    def older_than(self, age: timedelta) -> Iterator[BlobId]:
        """The ids of all contents that were put at least `age` ago."""
        ...


class FileBlobs:
    """Blobs as files in one folder, two levels deep."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes) -> BlobId:
        blob_id = BlobId(secrets.token_hex(18))
        path = self._path(blob_id)
        draft = path.with_suffix(".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.rename(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise StorageFull from error
        return blob_id

    def get(self, blob_id: BlobId) -> bytes:
        try:
            return self._path(blob_id).read_bytes()
        except FileNotFoundError as error:
            raise NotFound from error

    def delete(self, blob_id: BlobId) -> None:
        self._path(blob_id).unlink(missing_ok=True)

    def older_than(self, age: timedelta) -> Iterator[BlobId]:
        latest = time.time() - age.total_seconds()
        for path in self._folder.glob("??/*"):
            with suppress(FileNotFoundError):
                if not path.suffix and path.stat().st_mtime <= latest:
                    yield BlobId(path.name)

    def _path(self, blob_id: BlobId) -> Path:
        if not blob_id.isalnum() or not blob_id.isascii():
            raise NotFound
        return self._folder / blob_id[:2] / blob_id


class MemoryBlobs:
    """Blobs in a dictionary: the shipped fake."""

    def __init__(self) -> None:
        self._contents: dict[BlobId, bytes] = {}
        self._put_at: dict[BlobId, float] = {}

    def put(self, content: bytes) -> BlobId:
        blob_id = BlobId(secrets.token_hex(18))
        self._contents[blob_id] = bytes(content)
        self._put_at[blob_id] = time.time()
        return blob_id

    def get(self, blob_id: BlobId) -> bytes:
        if blob_id not in self._contents:
            raise NotFound
        return self._contents[blob_id]

    def delete(self, blob_id: BlobId) -> None:
        self._contents.pop(blob_id, None)
        self._put_at.pop(blob_id, None)

    def older_than(self, age: timedelta) -> Iterator[BlobId]:
        latest = time.time() - age.total_seconds()
        yield from [blob_id for blob_id, put_at in self._put_at.items() if put_at <= latest]
