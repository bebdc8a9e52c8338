"""Files are kept whole, described, counted against their owner's room, and given back to nobody else."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from jambot.db.blobs import FileBlobs
from jambot.db.models import UserSession
from jambot.errors import InvalidInput, NotFound, QuotaExceeded, TooLarge, Unavailable, WrongState
from jambot.events import listening
from jambot.events.types import AssetChanged
from jambot.ids import new_id
from jambot.workspaces.assets import AssetService
from tests.people import person, workspace_of
from tests.workspaces.test_pictures import SECRET, picture

CSV = b"Date;Region;Revenue\n01.02.2025;North;1.234,50\n02.02.2025;South;99,00\n"


@pytest.fixture
async def me(work, clock):
    return await person(work, clock)


@pytest.fixture
async def workspace(work, clock, me):
    return await workspace_of(work, clock, me)


@pytest.fixture
def blobs(tmp_path: Path) -> FileBlobs:
    return FileBlobs(tmp_path / "blobs")


@pytest.fixture
def assets(work, clock, blobs, settings) -> AssetService:
    return AssetService(work=work, clock=clock, blobs=blobs, settings=settings)


async def test_a_table_is_read_and_described_when_it_arrives(assets, me, workspace) -> None:
    asset = await assets.upload(me, workspace.id, name="sales.csv", content=CSV)
    assert (asset.type, asset.subtype, asset.status, asset.role) == ("table", "text/csv", "ready", "input")
    assert asset.metadata["profile"]["row_count"] == 2
    assert asset.summary == "2 rows, 3 columns: Date, Region, Revenue"
    assert (await assets.details(me, asset.id)) == asset


@pytest.mark.parametrize("size", [10, 200_000])
async def test_the_content_comes_back_byte_for_byte(assets, me, workspace, size) -> None:
    content = ("\ufeffä;b\r\n" + "1;2\r\n" * size).encode()
    asset = await assets.upload(me, workspace.id, name="t.csv", content=content)
    back = await assets.content(me, asset.id)
    assert (back.content, back.media_type, back.file_name) == (content, "text/csv", "t.csv")


async def test_a_picture_is_kept_without_what_its_camera_wrote(assets, me, workspace) -> None:
    content, _ = picture("JPEG")
    asset = await assets.upload(me, workspace.id, name="a.jpg", content=content)
    assert SECRET not in (await assets.content(me, asset.id)).content


async def test_an_unreadable_table_is_kept_as_a_file_that_says_why(assets, me, workspace) -> None:
    asset = await assets.upload(me, workspace.id, name="t.csv", content=b"\xff\xfe\x00\xd8" * 10)
    assert asset.status == "ready"
    assert asset.type in {"file", "table"}


async def test_an_empty_csv_is_taken_and_an_empty_picture_is_not(assets, me, workspace) -> None:
    assert (await assets.upload(me, workspace.id, name="empty.csv", content=b"")).size_bytes == 0
    with pytest.raises(InvalidInput):
        await assets.upload(me, workspace.id, name="empty.png", content=b"")


async def test_broken_json_is_kept_as_text(assets, me, workspace) -> None:
    good = await assets.upload(me, workspace.id, name="a.json", content=b'{"a": [1, 2], "b": 3}')
    bad = await assets.upload(me, workspace.id, name="b.json", content=b'{"a": ')
    assert (good.type, good.summary) == ("json", "{a: [2 items], b: 3}")
    assert (bad.type, bad.subtype) == ("text", "text/plain")


async def test_a_file_beyond_the_limit_is_refused(assets, me, workspace, blobs) -> None:
    with pytest.raises(TooLarge):
        await assets.upload(me, workspace.id, name="big.bin", content=b"x" * 25_000_001)
    assert list(blobs.older_than(timedelta(0))) == []


async def test_a_person_has_only_so_much_room(work, clock, blobs, settings, me, workspace) -> None:
    small = AssetService(work=work, clock=clock, blobs=blobs, settings=settings.model_copy(update={"quota_mb": 1}))
    first = await small.upload(me, workspace.id, name="a.bin", content=b"x" * 700_000)
    with pytest.raises(QuotaExceeded):
        await small.upload(me, workspace.id, name="b.bin", content=b"x" * 700_000)
    await small.delete(me, first.id)
    await small.upload(me, workspace.id, name="b.bin", content=b"x" * 700_000)


async def test_the_same_key_again_is_the_same_asset(assets, me, workspace, blobs) -> None:
    content = b"x" * 100_000
    uploads = (assets.upload(me, workspace.id, name="a.bin", content=content, key="k-1") for _ in range(5))
    assert len({asset.id for asset in await asyncio.gather(*uploads)}) == 1
    assert len(list(blobs.older_than(timedelta(0)))) == 1


async def test_the_history_counts_assets_and_followers_hear_of_them(assets, me, workspace, work, bus) -> None:
    query = select(UserSession.asset_count).where(UserSession.id == workspace.id)
    async with listening(bus, f"workspace:{workspace.id}") as heard:
        asset = await assets.upload(me, workspace.id, name="a.txt", content=b"hello")
        assert await work.read(lambda session: session.exec(query).one()) == 1
        await assets.delete(me, asset.id)
        assert await work.read(lambda session: session.exec(query).one()) == 0
        changes = [event.status for event in heard.take_waiting() if isinstance(event, AssetChanged)]
    assert changes == ["ready", "deleted"]


async def test_pages_of_assets_meet_and_show_the_newest_first(assets, me, workspace, clock) -> None:
    for n in range(7):
        clock.advance(timedelta(seconds=n % 2))
        await assets.upload(me, workspace.id, name=f"{n}.txt", content=b"x")
    first = await assets.page(me, workspace_id=workspace.id, limit=3)
    second = await assets.page(me, workspace_id=workspace.id, limit=3, after=first.next_after)
    third = await assets.page(me, limit=3, after=second.next_after)
    names = [asset.name for page in (first, second, third) for asset in page.assets]
    assert sorted(names) == [f"{n}.txt" for n in range(7)]
    assert names[0] in {"6.txt", "5.txt"}
    assert third.next_after is None


async def test_other_peoples_malformed_and_deleted_assets_look_alike(assets, me, workspace, work, clock) -> None:
    eve = await person(work, clock, "eve")
    asset = await assets.upload(me, workspace.id, name="a.txt", content=b"mine")
    gone = await assets.upload(me, workspace.id, name="b.txt", content=b"gone")
    await assets.delete(me, gone.id)
    for attempt in (
        assets.details(eve, asset.id),
        assets.content(eve, asset.id),
        assets.delete(eve, asset.id),
        assets.upload(eve, workspace.id, name="x.txt", content=b"x"),
        assets.page(eve, workspace_id=workspace.id),
        assets.details(me, gone.id),
        assets.content(me, gone.id),
        assets.details(me, new_id()),
        assets.details(me, "../../etc/passwd"),
        assets.page(me, after="1e3"),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert (await assets.content(me, asset.id)).content == b"mine"
    assert (await assets.page(eve)).assets == ()


async def test_nothing_is_uploaded_into_the_trash(assets, me, workspace, work, clock, blobs) -> None:
    def trash(tx) -> None:
        row = tx.get(UserSession, workspace.id)
        row.deleted_at = clock.now()
        tx.add(row)

    await work.write(trash)
    with pytest.raises(WrongState):
        await assets.upload(me, workspace.id, name="a.bin", content=b"x" * 100_000)


async def test_an_upload_that_cannot_be_committed_leaves_no_content_behind(
    work, clock, settings, me, workspace, blobs
) -> None:
    class ClosingWork:
        read = staticmethod(work.read)

        async def write(self, change):
            raise Unavailable

    broken = AssetService(work=ClosingWork(), clock=clock, blobs=blobs, settings=settings)  # type: ignore[arg-type]
    with pytest.raises(Unavailable):
        await broken.upload(me, workspace.id, name="a.bin", content=b"x" * 100_000)
    assert list(blobs.older_than(timedelta(0))) == []


async def test_deleted_contents_go_when_the_trash_is_emptied(assets, me, workspace, clock, blobs) -> None:
    asset = await assets.upload(me, workspace.id, name="a.bin", content=b"x" * 100_000)
    await assets.delete(me, asset.id)
    assert await assets.expire() == 0
    clock.advance(timedelta(days=31))
    assert await assets.expire() == 1
    assert list(blobs.older_than(timedelta(0))) == []


async def test_contents_that_no_asset_points_at_are_removed(assets, me, workspace, blobs, tmp_path) -> None:
    import os

    kept = await assets.upload(me, workspace.id, name="a.bin", content=b"x" * 100_000)
    orphan = blobs.put(b"left by a crash")
    assert await assets.remove_orphans() == 0
    for path in (tmp_path / "blobs").glob("??/*"):
        os.utime(path, (0, 0))
    assert await assets.remove_orphans() == 1
    with pytest.raises(NotFound):
        blobs.get(orphan)
    assert (await assets.content(me, kept.id)).content == b"x" * 100_000
