"""/api/admin: the figures the dashboard draws, and the clean-ups. For admins only."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from pydantic import BaseModel

from jambot.admin.dashboard import DURATION_EDGES_S, Now
from jambot.admin.schedule import JobRow
from jambot.api.deps import Admin, Parts

router = APIRouter(prefix="/admin", tags=["admin figures"])
RangeName = Literal["15m", "1h", "6h", "24h", "7d", "30d", "90d"]


class PointOut(BaseModel):
    """The figures of one step. `gauges` is null where nobody looked; percentiles are in milliseconds."""

    at: datetime
    gauges: dict[str, float] | None
    counts: dict[str, int]
    store_p50: float | None
    store_p95: float | None
    store_p99: float | None
    autosave_p95: float | None


class CourseOut(BaseModel):
    points: list[PointOut]


class DurationsOut(BaseModel):
    """How many sessions had been in use how long: one number per upper edge in seconds, and one for longer."""

    edges_s: list[int]
    classes: list[int]
    is_partial: bool


class HeatOut(BaseModel):
    """Active sessions on average by weekday (Monday first) and hour, in UTC; null where nothing was sampled."""

    hours: list[list[float | None]]


class JobsOut(BaseModel):
    jobs: list[JobRow]


@router.get("/figures")
async def read_figures(parts: Parts, me: Admin) -> Now:
    """Sessions by state and kind, people online, missions running: the counts of this moment."""
    return await parts.desk.dashboard.now(me)


@router.get("/samples")
async def read_samples(parts: Parts, me: Admin, range: RangeName = "6h") -> CourseOut:
    """The stored samples of a range, as the charts draw them."""
    course = await parts.desk.dashboard.course(me, range)
    return CourseOut(
        points=[
            PointOut(
                at=point.at,
                gauges=dict(point.figures.gauges) if point.figures.n else None,
                counts=dict(point.figures.counts),
                store_p50=point.figures.percentile_ms("store", 0.5),
                store_p95=point.figures.percentile_ms("store", 0.95),
                store_p99=point.figures.percentile_ms("store", 0.99),
                autosave_p95=point.figures.percentile_ms("autosave", 0.95),
            )
            for point in course.points
        ]
    )


@router.get("/durations")
async def read_durations(parts: Parts, me: Admin, range: RangeName = "6h") -> DurationsOut:
    """How long the sessions used within a range had been in use."""
    found = await parts.desk.dashboard.durations(me, range)
    return DurationsOut(edges_s=list(DURATION_EDGES_S), classes=list(found.classes), is_partial=found.is_partial)


@router.get("/heat")
async def read_heat(parts: Parts, me: Admin) -> HeatOut:
    """When people are here: four weeks by weekday and hour."""
    return HeatOut(hours=await parts.desk.dashboard.heat(me))


@router.get("/jobs")
async def list_jobs(parts: Parts, me: Admin) -> JobsOut:
    """The clean-ups, with their last run and the next."""
    return JobsOut(jobs=await parts.desk.schedule.rows(me))


@router.post("/jobs/{name}/run")
async def run_job(name: Annotated[str, Path(max_length=64)], parts: Parts, me: Admin) -> JobRow:
    """Do a clean-up now; the answer comes when it is done."""
    return await parts.desk.schedule.run_now(me, name)
