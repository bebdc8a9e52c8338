"""The database: engines, units of work, models, repositories, blobs."""

from jambot.db.blobs import BlobStore, FileBlobs, MemoryBlobs
from jambot.db.unit_of_work import Tx, UnitOfWork

__all__ = ["BlobStore", "FileBlobs", "MemoryBlobs", "Tx", "UnitOfWork"]
