import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import event, text

from jambot.db.models import MessageRole, UserSession
from jambot.db.repositories import search as search_rows
from jambot.errors import BadCursor, InvalidInput
from jambot.workspaces import conversation
from jambot.workspaces.cursors import Cursors
from jambot.workspaces.search import History
from jambot.workspaces.service import WorkspaceService
from jambot.workspaces.story import new_workspace
from jambot.workspaces.words import Piece, pieces_of, words_of
from tests.workspaces.conftest import new_person


@pytest.fixture
def history(any_work, clock):
    return History(work=any_work, clock=clock, cursors=Cursors(b"c" * 32))


@pytest.fixture
async def ada(any_work, clock):
    return await new_person(any_work, clock, "ada")


@pytest.fixture
async def bob(any_work, clock):
    return await new_person(any_work, clock, "bob")


@pytest.fixture
def workspaces(any_work, clock, cipher):
    return WorkspaceService(work=any_work, clock=clock, cipher=cipher)


async def add(any_work, clock, me, count, *, name="workspace {}", said=None):
    """`count` workspaces, each used a minute after the one before."""

    def change(tx):
        made = []
        for number in range(count):
            clock.advance(timedelta(minutes=1))
            workspace = new_workspace(tx, user_id=me.user_id, now=clock.now(), name=name.format(number))
            conversation.rows.make_title_searchable(tx, workspace)
            if said:
                conversation.append(tx, workspace, role=MessageRole.USER, content=said.format(number), now=clock.now())
            made.append(workspace.id)
        return made

    return await any_work.write(change)


async def all_pages(ask):
    found, cursor = [], None
    while True:
        page = await ask(cursor)
        found += getattr(page, "rows", None) or getattr(page, "hits", ())
        cursor = page.next_cursor
        if cursor is None:
            return found


async def test_pages_join_without_gap_or_overlap_pinned_first(any_work, clock, history, workspaces, ada):
    made = await add(any_work, clock, ada, 23)
    for each in (made[3], made[11]):
        await workspaces.pin(ada, each)
    rows = await all_pages(lambda cursor: history.page(ada, cursor=cursor, limit=5))
    expected = [made[11], made[3], *(each for each in reversed(made) if each not in {made[3], made[11]})]
    assert [row.id for row in rows] == expected


async def test_a_row_used_meanwhile_does_not_shift_the_next_page(any_work, clock, history, workspaces, ada):
    made = await add(any_work, clock, ada, 6)
    first = await history.page(ada, limit=3)
    await workspaces.update_session_activity(ada, made[4])
    clock.advance(timedelta(minutes=1))
    second = await history.page(ada, limit=3, cursor=first.next_cursor)
    assert [row.id for row in second.rows] == [made[2], made[1], made[0]]


async def test_filters_by_status_and_counts(any_work, clock, history, workspaces, ada):
    made = await add(any_work, clock, ada, 5)
    await workspaces.archive(ada, made[2])
    page = await history.page(ada, status="archived", count=True)
    assert ([row.id for row in page.rows], page.total) == ([made[2]], 1)
    assert (await history.page(ada, count=True)).total == 5
    with pytest.raises(InvalidInput):
        await history.page(ada, status="nonsense")


async def test_numbered_pages_have_a_total_and_an_end(any_work, clock, history, ada):
    made = await add(any_work, clock, ada, 5)
    page = await history.numbered_page(ada, number=2, limit=2)
    assert ([row.id for row in page.rows], page.total) == ([made[2], made[1]], 5)
    assert (await history.numbered_page(ada, number=9, limit=2)).rows == ()
    for number in (0, -1, 10**12):
        with pytest.raises(InvalidInput):
            await history.numbered_page(ada, number=number)


@pytest.mark.parametrize("limit", [0, -1, 101, 10**9])
async def test_page_sizes_are_bounded(history, ada, limit):
    with pytest.raises(InvalidInput):
        await history.page(ada, limit=limit)
    with pytest.raises(InvalidInput):
        await history.search(ada, "x", limit=limit)


async def test_a_cursor_is_good_for_its_person_its_list_and_its_week(any_work, clock, history, ada, bob):
    await add(any_work, clock, ada, 3)
    await add(any_work, clock, bob, 3)
    cursor = (await history.page(ada, limit=1)).next_cursor
    assert cursor is not None
    for me, asked, status in (
        (bob, cursor, None),
        (ada, cursor, "active"),
        (ada, cursor[:-2] + ("AA" if cursor[-2:] != "AA" else "BB"), None),
        (ada, "", None),
        (ada, "nonsense", None),
        (ada, "é", None),
        (ada, "A" * 5000, None),
    ):
        with pytest.raises(BadCursor):
            await history.page(me, cursor=asked, status=status, limit=1)
    clock.advance(timedelta(days=8))
    with pytest.raises(BadCursor):
        await history.page(ada, cursor=cursor, limit=1)


async def test_titles_are_found_by_words_and_beginnings(any_work, clock, history, workspaces, ada, bob):
    made = await add(any_work, clock, ada, 3, name="Quarterly invoices {}")
    await add(any_work, clock, bob, 1, name="Quarterly invoices of Bob")
    for query, expected in (
        ("invoices", 3),
        ("INVOICES quarterly", 3),
        ("inv", 3),
        ("invoic", 3),
        ("in", 3),
        ("voices", 0),
        ("invoices 1", 1),
        ("invoices taxes", 0),
    ):
        assert len((await history.page(ada, query=query)).rows) == expected, query
    await workspaces.rename(ada, made[0], "Taxes")
    assert len((await history.page(ada, query="invoices")).rows) == 2
    assert [row.id for row in (await history.page(ada, query="tax")).rows] == [made[0]]


async def test_messages_are_found_with_their_place_and_marked_words(any_work, clock, history, ada, bob):
    (made,) = await add(any_work, clock, ada, 1, said="We compared the <b>turnover</b> of March with April.")
    await add(any_work, clock, bob, 1, said="My turnover is a secret")
    (hit,) = (await history.search(ada, "turnov")).hits
    assert (hit.workspace_id, hit.sequence, hit.role) == (made, 1, "user")
    assert [piece.text for piece in hit.pieces if piece.found] == ["turnover"]
    assert "of March with April" in hit.snippet
    assert (await history.search(ada, "secret")).hits == ()


async def test_search_pages_join_and_the_newest_comes_first(any_work, clock, history, ada):
    made = await add(any_work, clock, ada, 12, said="about invoices and more")
    for query in ("invoices", "invo", "about"):
        hits = await all_pages(lambda cursor, query=query: history.search(ada, query, cursor=cursor, limit=5))
        assert [hit.workspace_id for hit in hits] == list(reversed(made))
    rows = await all_pages(lambda cursor: history.page(ada, query="workspace", cursor=cursor, limit=5))
    assert [row.id for row in rows] == list(reversed(made))


async def test_a_cursor_of_one_query_does_not_fit_another(any_work, clock, history, ada):
    await add(any_work, clock, ada, 3, said="alpha beta")
    cursor = (await history.search(ada, "alpha", limit=1)).next_cursor
    with pytest.raises(BadCursor):
        await history.search(ada, "beta", cursor=cursor, limit=1)


async def test_edited_messages_are_found_by_what_they_say_now(any_work, clock, history, ada):
    (made,) = await add(any_work, clock, ada, 1, said="originally wrote this")

    def edit(tx):
        workspace = tx.get(UserSession, made)
        message = conversation.rows.window(tx, workspace.chat_id, limit=1)[0]
        conversation.edit(tx, message, content="changed afterwards", now=clock.now())

    await any_work.write(edit)
    assert (await history.search(ada, "originally")).hits == ()
    assert len((await history.search(ada, "afterwards")).hits) == 1


async def test_what_is_in_the_trash_or_gone_is_not_found(any_work, clock, history, ada):
    made = await add(any_work, clock, ada, 2, said="needle here")

    def delete(tx):
        tx.get(UserSession, made[0]).deleted_at = clock.now()

    await any_work.write(delete)
    assert [hit.workspace_id for hit in (await history.search(ada, "needle")).hits] == [made[1]]
    assert [row.id for row in (await history.page(ada, query="workspace")).rows] == [made[1]]
    assert [row.id for row in (await history.page(ada)).rows] == [made[1]]
    assert [row.id for row in (await history.page(ada, trash=True)).rows] == [made[0]]
    await any_work.write(lambda tx: tx.execute(text("DELETE FROM user_sessions")))
    assert (await history.search(ada, "needle")).hits == ()
    left = await any_work.read(lambda session: session.execute(text("SELECT count(*) FROM search_documents")).scalar())
    assert left == 0


async def test_the_trash_pages_the_last_deleted_first(any_work, clock, history, ada):
    made = await add(any_work, clock, ada, 5)
    for each in (made[2], made[0], made[4]):
        clock.advance(timedelta(minutes=1))

        def delete(tx, each=each):
            tx.get(UserSession, each).deleted_at = clock.now()

        await any_work.write(delete)
    rows = await all_pages(lambda cursor: history.page(ada, trash=True, cursor=cursor, limit=2))
    assert [row.id for row in rows] == [made[4], made[0], made[2]]


@pytest.mark.parametrize(
    "query",
    [
        '"',
        "NEAR(",
        "*",
        "%",
        "_",
        "\\",
        "a OR b",
        "title:x",
        "-workspace",
        "'; DROP TABLE users",
        "a & b | !c <-> d",
        "owner:u1",
        "x" * 10_000,
        "\x00",
        "half \ud83d",
        "é",
        "日本",
        "'a':*",
        "{title}",
    ],
)
async def test_no_query_is_an_operator_or_an_error(any_work, clock, history, ada, query):
    await add(any_work, clock, ada, 1, said="plain text")
    assert (await history.search(ada, query)).next_cursor is None
    assert (await history.page(ada, query=query)).next_cursor is None


@pytest.mark.parametrize("any_work", ["sqlite"], indirect=True)  # PostgreSQL's planner rightly sorts small tables
async def test_a_first_page_reads_as_many_rows_of_a_thousand_as_of_ten(any_work, clock, history, ada, bob):
    """Asked of the plan, not of the clock: the index gives the order, nothing is sorted or scanned."""
    await add(any_work, clock, ada, 5, said="needle")
    asked = []
    event.listen(
        any_work.reader,
        "before_cursor_execute",
        lambda _connection, _cursor, statement, values, *_rest: asked.append((statement, values)),
    )
    first = await history.page(ada, limit=2)
    await history.page(ada, limit=2, cursor=first.next_cursor)
    await history.page(ada, limit=2, status="active")
    await history.page(ada, trash=True)
    await history.search(ada, "needle")
    plans = []
    for statement, values in [each for each in asked if each[0].startswith("SELECT")]:
        plan = await any_work.read(
            lambda session, statement=statement, values=values: (
                session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            )
        )
        plans.append(" | ".join(row[-1] for row in plan))
    # The search asks twice: for whole words, and as those fill no page, for beginnings.
    assert len(plans) == 6
    for plan in plans:
        assert "TEMP B-TREE" not in plan, plan
        assert "SCAN user_sessions" not in plan, plan
    assert "ix_user_sessions_list " in plans[0] + " "
    assert "ix_user_sessions_list_of_status" in plans[2]
    assert "ix_user_sessions_trash" in plans[3]
    assert all(plan.startswith("SCAN f VIRTUAL TABLE") for plan in plans[4:])


async def test_two_people_s_histories_never_mix(any_work, clock, history, ada, bob):
    await add(any_work, clock, ada, 4, name="ada {}", said="shared word ada")
    await add(any_work, clock, bob, 4, name="bob {}", said="shared word bob")
    for me, other in ((ada, "bob"), (bob, "ada")):
        pages = await asyncio.gather(
            history.page(me),
            history.page(me, query="shared"),
            history.page(me, query=other),
            history.page(me, count=True),
        )
        assert all(other not in row.name for page in pages for row in page.rows)
        assert pages[3].total == 4
        hits = (await history.search(me, "shared")).hits
        assert len(hits) == 4
        assert all(other not in hit.snippet for hit in hits)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("", ()),
        ("  % * ", ()),
        ("___", ()),
        ("re-run it", ("re", "run", "it")),
        ("a_b", ("a_b",)),
        ("Größe 12,5", ("Größe", "12", "5")),
        (" ".join("abcdefghijkl"), tuple("abcdefgh")),
    ],
)
def test_a_query_is_only_words(query, words):
    assert words_of(query) == words


def test_a_snippet_is_plain_pieces():
    marked = f"…the {search_rows.MARK_BEGIN}found{search_rows.MARK_END} <b>"
    assert pieces_of(marked, search_rows.MARK_BEGIN, search_rows.MARK_END) == (
        Piece(text="…the "),
        Piece(text="found", found=True),
        Piece(text=" <b>"),
    )
    assert pieces_of("\x03stray\x02", "\x02", "\x03") == (Piece(text="stray"),)
