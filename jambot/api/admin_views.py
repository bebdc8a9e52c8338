"""/api/admin/views: views of the dashboard that an admin gave a name. Each admin has their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from jambot.admin.saved_views import LONGEST_NAME, LONGEST_QUERY, NamedView
from jambot.api.deps import Admin, Parts
from jambot.api.schemas import Body

router = APIRouter(prefix="/admin", tags=["admin sessions"])
Name = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]


class ViewsOut(BaseModel):
    views: list[NamedView]


class SaveView(Body):
    """`query` is that of the dashboard's address, such as `state=active&sort=used`."""

    name: Name
    query: Annotated[str, StringConstraints(max_length=LONGEST_QUERY)] = ""


class RenameView(Body):
    name: Name


@router.get("/views")
async def list_views(parts: Parts, me: Admin) -> ViewsOut:
    """The caller's views, by name."""
    return ViewsOut(views=await parts.desk.views.all(me))


@router.post("/views", status_code=201)
async def save_view(body: SaveView, parts: Parts, me: Admin) -> NamedView:
    """Keep a view under a name; which page of it and which session is looked at is left out."""
    return await parts.desk.views.save(me, name=body.name, query=body.query)


@router.put("/views/{view_id}")
async def rename_view(view_id: str, body: RenameView, parts: Parts, me: Admin) -> NamedView:
    """Give a view another name."""
    return await parts.desk.views.rename(me, view_id, name=body.name)


@router.delete("/views/{view_id}", status_code=204)
async def delete_view(view_id: str, parts: Parts, me: Admin) -> None:
    """Forget a view."""
    await parts.desk.views.delete(me, view_id)
