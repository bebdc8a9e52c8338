"""One contract for the two blob stores."""

import pytest

from jambot.db import FileBlobs, MemoryBlobs
from jambot.errors import NotFound, StorageFull


@pytest.fixture(params=["file", "memory"])
def blobs(request, tmp_path):
    return FileBlobs(tmp_path / "blobs") if request.param == "file" else MemoryBlobs()


def test_what_was_put_is_got_back_byte_for_byte(blobs):
    content = bytes(range(256)) * 100
    assert blobs.get(blobs.put(content)) == content
    assert blobs.get(blobs.put(b"")) == b""


def test_a_deleted_blob_is_gone_and_deleting_again_is_no_error(blobs):
    blob_id = blobs.put(b"x")
    blobs.delete(blob_id)
    blobs.delete(blob_id)
    with pytest.raises(NotFound):
        blobs.get(blob_id)


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "a/b", "", "\x00", "ü"])
def test_no_name_reaches_the_file_system(blobs, name):
    with pytest.raises(NotFound):
        blobs.get(name)


def test_a_folder_that_cannot_be_made_says_that_the_storage_is_full(tmp_path):
    (tmp_path / "blobs").write_text("a file stands where the folder should be")
    with pytest.raises(StorageFull):
        FileBlobs(tmp_path / "blobs").put(b"x")
