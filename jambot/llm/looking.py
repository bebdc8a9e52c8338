"""Missions about a file as a whole: its profile, a summary, a report without a question. Pure."""

from __future__ import annotations

from jambot.llm.draft import FromAsset, MissionDraft
from jambot.llm.draft import Literal as Value
from jambot.llm.drafting import (
    MAX_NAME,
    Names,
    asset,
    hop,
    mission,
    step,
    table_notes,
)
from jambot.llm.intent import TableInfo
from jambot.llm.strings import say
from jambot.tools.strings import Language


def profiled(table: TableInfo, language: Language) -> MissionDraft:
    names = Names(table)
    title = say(language, "file.profile", table=table.name)
    profile, text = names.name(title), names.name(say(language, "file.content", table=table.name))
    source = {"table": FromAsset(asset=table.name)}
    steps = (
        step("profile_table", say(language, "step.read_columns"), {**source}, {"profile": profile}),
        step("summarize", say(language, "step.say_content"), {**source, **written_in(language)}, {"text": text}),
    )
    only = hop(
        say(language, "hop.look"),
        say(language, "hop.look.goal", table=table.name),
        say(language, "hop.look.why"),
        (say(language, "hop.look.other"),),
        (table.name,),
        text,
        steps,
        language=language,
        is_final=True,
    )
    return mission(
        table,
        name=title,
        goal=say(language, "goal.profile", table=table.name),
        criteria=(say(language, "done.columns"), say(language, "done.doubts")),
        outputs=(
            asset(text, "text", "output", say(language, "gives.content")),
            asset(profile, "json", "output", say(language, "gives.profile")),
        ),
        hops=(only,),
        notes=table_notes(table.profile, language),
        language=language,
    )


def summarised(table: TableInfo, language: Language) -> MissionDraft:
    title = say(language, "file.summary", table=table.name)
    text = Names(table).name(title)
    source: dict[str, Value | FromAsset] = {"table": FromAsset(asset=table.name), **written_in(language)}
    only = hop(
        say(language, "hop.summarise"),
        say(language, "hop.summarise.goal", table=table.name),
        say(language, "hop.summarise.why"),
        (say(language, "hop.summarise.other"),),
        (table.name,),
        text,
        (step("summarize", say(language, "step.summarise"), source, {"text": text}),),
        language=language,
        is_final=True,
    )
    return mission(
        table,
        name=title,
        goal=say(language, "goal.summary", table=table.name),
        criteria=(say(language, "done.computed"), say(language, "done.doubts")),
        outputs=(asset(text, "text", "output", say(language, "gives.summary")),),
        hops=(only,),
        notes=table_notes(table.profile, language),
        language=language,
    )


def reported(table: TableInfo, language: Language) -> MissionDraft:
    names = Names(table)
    title = say(language, "file.report", table=table.name)
    read = names.name(say(language, "file.profile", table=table.name))
    text = names.name(say(language, "file.findings", title=table.name))
    html, markdown = names.name(title, ".html"), names.name(title, ".md")
    source = {"table": FromAsset(asset=table.name)}
    look = hop(
        say(language, "hop.look"),
        say(language, "hop.look.goal", table=table.name),
        say(language, "hop.look.report_why"),
        (say(language, "hop.look.report_other"),),
        (table.name,),
        text,
        (
            step("profile_table", say(language, "step.read_columns"), {**source}, {"profile": read}),
            step("summarize", say(language, "step.say_content"), {**source, **written_in(language)}, {"text": text}),
        ),
        language=language,
    )
    write = hop(
        say(language, "hop.write"),
        say(language, "hop.write.only_goal"),
        say(language, "hop.write.only_why"),
        (say(language, "hop.write.only_other"),),
        (text,),
        html,
        (
            step(
                "write_report",
                say(language, "step.report"),
                {
                    "title": Value(value=title[:200]),
                    "goal": Value(value=say(language, "goal.from", table=table.name, rows=table.profile.row_count)),
                    "summary": FromAsset(asset=text),
                    "sources": Value(value=[table.name]),
                    **written_in(language),
                },
                {"html": html, "markdown": markdown},
            ),
        ),
        language=language,
        is_final=True,
    )
    return mission(
        table,
        name=title[:MAX_NAME],
        goal=say(language, "goal.report", table=table.name),
        criteria=(say(language, "done.described"), say(language, "done.computed")),
        outputs=(
            asset(html, "file", "output", say(language, "gives.html")),
            asset(markdown, "file", "output", say(language, "gives.markdown")),
            asset(text, "text", "output", say(language, "gives.findings")),
        ),
        intermediates=(asset(read, "json", "intermediate", say(language, "gives.columns")),),
        hops=(look, write),
        notes=table_notes(table.profile, language),
        language=language,
    )


def written_in(language: Language) -> dict[str, Value | FromAsset]:
    """The parameter that tells a step what to write in."""
    return {"language": Value(value=language)}
