"""The little markdown that tools write: headings, paragraphs, lists, bold, code, tables. Pure.

Whatever comes from a file goes through `escape` before it is put into markdown, and every character that is not markup
goes through HTML escaping on its way out, so a cell can never become a tag, a link or a script.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from html import escape as html_escape

_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~!])")
_ESCAPED = re.compile(r"\\([\\`*_\[\]<>|#~!])")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_CODE = re.compile(r"`([^`]+)`")
_HEADING = re.compile(r"(#{1,4}) (.+)")
_NUMBER = re.compile(r"[-\u2212]?[€$£¥]?\d[\d.,]*(?: ?(?:[€$£¥%‰]|CHF|T€))?|–")
_RULE_ROW = re.compile(r"\|[\s:|-]+\|")


def escape(text: str) -> str:
    """Text from a file as markdown that shows exactly that text, on one line."""
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A markdown table; the cells are escaped here."""
    lines = [_row(header), "|" + " --- |" * len(header), *(_row(row) for row in rows)]
    return "\n".join(lines)


def to_html(markdown: str) -> str:
    """The same as HTML, with every character of the text escaped."""
    out: list[str] = []
    for block in _blocks(markdown):
        first = block[0]
        if heading := _HEADING.fullmatch(first):
            level = len(heading[1])
            out.append(f"<h{level}>{_inline(heading[2])}</h{level}>")
        elif first.startswith("- "):
            items = "".join(f"<li>{_inline(line[2:])}</li>" for line in block)
            out.append(f"<ul>{items}</ul>")
        elif first.startswith("|"):
            out.append(_table_html(block))
        else:
            out.append(f"<p>{_inline(' '.join(block))}</p>")
    return "\n".join(out)


def _blocks(markdown: str) -> list[list[str]]:
    blocks: list[list[str]] = []
    kind = ""
    for line in markdown.splitlines():
        now = _kind(line)
        if now == "blank":
            kind = ""
        elif now == kind and now != "heading":
            blocks[-1].append(line)
        else:
            blocks.append([line])
            kind = now
    return blocks


def _kind(line: str) -> str:
    if not line.strip():
        return "blank"
    if _HEADING.fullmatch(line):
        return "heading"
    if line.startswith("- "):
        return "list"
    return "table" if line.startswith("|") else "text"


def _inline(text: str) -> str:
    """Escaped characters are set aside first, so that they are never taken for markup."""
    kept: list[str] = []

    def keep(match: re.Match[str]) -> str:
        kept.append(match[1])
        return f"\ue000{len(kept) - 1}\ue001"

    marked = html_escape(_ESCAPED.sub(keep, text.replace("\ue000", "").replace("\ue001", "")), quote=True)
    marked = _CODE.sub(r"<code>\1</code>", _BOLD.sub(r"<strong>\1</strong>", marked))
    return re.sub("\ue000(\\d+)\ue001", lambda m: html_escape(kept[int(m[1])]), marked)


def _table_html(lines: Sequence[str]) -> str:
    rows = [_cells(line) for line in lines if not _RULE_ROW.fullmatch(line.strip())]
    numeric = [
        len(rows) > 1 and all(_NUMBER.fullmatch(cell) for cell in column) for column in zip(*rows[1:], strict=False)
    ] or [False] * len(rows[0])
    head = "".join(
        f'<th class="n">{_inline(cell)}</th>' if is_number else f"<th>{_inline(cell)}</th>"
        for cell, is_number in zip(rows[0], numeric, strict=False)
    )
    body = "".join("<tr>" + "".join(_cell_html(cell) for cell in row) + "</tr>" for row in rows[1:])
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cell_html(cell: str) -> str:
    """Numbers stand under each other."""
    return f'<td class="n">{_inline(cell)}</td>' if _NUMBER.fullmatch(cell) else f"<td>{_inline(cell)}</td>"


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(escape(cell) for cell in cells) + " |"
