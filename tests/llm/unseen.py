"""Tables the assistant has never seen, each the same orders written down in another country's or program's habits."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from random import Random

REGIONS = ("North", "South", "East", "West")
PRODUCTS = ("Lamp", "Desk", "Chair", "Shelf", "Mug", "Rug", "Clock")
COUNTRIES = ("Germany", "France", "Austria")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    number: int
    day: date
    region: str
    product: str
    country: str
    amount: Decimal
    cost: Decimal
    pieces: int
    returned: bool
    rating: int | None
    remark: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A file, and what its columns are called in it and by those who ask. `says` maps a slot to the words of a
    language: M the figure, C a second figure, Q the pieces, R region, P product, L country."""

    name: str
    content: bytes
    orders: tuple[Order, ...]
    says: Mapping[str, Mapping[str, str]]
    has_days: bool = True


def orders(count: int = 240, *, seed: int = 7, negative: bool = False) -> tuple[Order, ...]:
    """Orders from January 2024 to about May 2025, one or more on most days."""
    random = Random(seed)
    made = []
    for number in range(count):
        amount = Decimal(random.randint(500, 250_000)) / 100
        if negative and number % 17 == 0:
            amount = -amount
        made.append(
            Order(
                number=10_001 + number,
                day=date(2024, 1, 3) + timedelta(days=number * 510 // count),
                region=random.choice(REGIONS),
                product=random.choices(PRODUCTS, weights=range(1, 8))[0],
                country=random.choice(COUNTRIES),
                amount=amount,
                cost=(amount * random.randint(30, 90) / 100).quantize(Decimal("0.01")),
                pieces=random.randint(1, 12),
                returned=random.random() < 0.1,
                rating=random.randint(1, 5) if random.random() < 0.1 else None,
                remark=random.choice(("", "", "gift", "call first,\nthen deliver", 'said "soon"')),
            )
        )
    return tuple(made)


EN = {"M": "revenue", "C": "costs", "Q": "quantity", "R": "region", "P": "product", "Ps": "products", "L": "country"}
DE = {"M": "Umsatz", "C": "Kosten", "Q": "Menge", "R": "Region", "P": "Produkt", "Ps": "Produkte", "L": "Land"}
_SAYS = {"en": EN, "de": DE}


def _written(
    header: Sequence[str],
    rows: Sequence[Order],
    line: Callable[[Order], Sequence[str]],
    *,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(line(row) for row in rows)
    return out.getvalue().encode(encoding)


def german(value: Decimal, *, unit: str = "") -> str:
    text = f"{value:,.2f}".translate(str.maketrans(",.", ".,"))
    return f"{text} {unit}".rstrip()


def dollars(value: Decimal) -> str:
    return f"(${-value:,.2f})" if value < 0 else f"${value:,.2f}"


def _plain_row(order: Order) -> list[str]:
    figures = (order.amount, order.cost, order.pieces, order.returned)
    return [str(order.number), order.day.isoformat(), order.region, order.product, order.country, *map(str, figures)]


@cache
def tables() -> tuple[Unseen, ...]:
    """All of them but the large one."""
    plain, negative = orders(), orders(seed=11, negative=True)
    return (
        Unseen(
            name="export_kasse.csv",
            content=_written(
                ["Beleg-Nr.", "Datum", "Region", "Produkt", "Land", "Umsatz (€)", "Kosten (€)", "Menge", "Retoure"],
                plain,
                lambda o: [
                    str(o.number),
                    o.day.strftime("%d.%m.%Y"),
                    o.region,
                    o.product,
                    o.country,
                    german(o.amount, unit="€"),
                    german(o.cost),
                    str(o.pieces),
                    "ja" if o.returned else "nein",
                ],
                delimiter=";",
                encoding="cp1252",
            ),
            orders=plain,
            says=_SAYS,
        ),
        Unseen(
            name="ledger.tsv",
            content=_written(
                [
                    "Order ID",
                    "Posted on",
                    "Sales Region",
                    "Product",
                    "Country",
                    "Net Revenue",
                    "Cost",
                    "Units sold",
                    "Returned?",
                ],
                negative,
                lambda o: [
                    str(o.number),
                    f"{o.day.month}/{o.day.day}/{o.day.year}",
                    o.region,
                    o.product,
                    o.country,
                    dollars(o.amount),
                    dollars(o.cost),
                    str(o.pieces),
                    "Yes" if o.returned else "No",
                ],
                delimiter="\t",
                encoding="utf-16",
            ),
            orders=negative,
            says={"en": {**EN, "Q": "units"}, "de": {**DE, "Q": "Stückzahl"}},
        ),
        Unseen(
            name="with_remarks.csv",
            content=_written(
                [
                    "order no",
                    "date",
                    "region",
                    "product",
                    "country",
                    "revenue",
                    "costs",
                    "quantity",
                    "returned",
                    "rating",
                    "remark\n(internal)",
                ],
                plain,
                lambda o: [*_plain_row(o), "" if o.rating is None else str(o.rating), o.remark],
                encoding="utf-8-sig",
            ),
            orders=plain,
            says=_SAYS,
        ),
        Unseen(
            name="excel_days.csv",
            content=_written(
                ["Customer Number", "Date", "Region", "Product", "Country", "Revenue", "Cost", "Quantity", "Returned"],
                plain,
                lambda o: [
                    str(o.number),
                    str((o.day - date(1899, 12, 30)).days),
                    o.region,
                    o.product,
                    o.country,
                    f"{o.amount:,.2f}",
                    f"{o.cost:,.2f}",
                    str(o.pieces),
                    str(int(o.returned)),
                ],
            ),
            orders=plain,
            says=_SAYS,
        ),
        Unseen(
            name="no_days.csv",
            content=_written(
                ["Region", "Product", "Country", "Revenue in EUR", "Cost in EUR", "Quantity", "Returned", "Margin %"],
                plain,
                lambda o: [
                    o.region,
                    o.product,
                    o.country,
                    str(o.amount),
                    str(o.cost),
                    str(o.pieces),
                    "TRUE" if o.returned else "FALSE",
                    f"{100 * (o.amount - o.cost) / o.amount:.1f}%",
                ],
                delimiter="|",
            ),
            orders=plain,
            says=_SAYS,
            has_days=False,
        ),
        Unseen(
            name="named_days.csv",
            content=_written(
                ["Sold On", "Sales region", "Product name", "Country", "revenue_usd", "cost_usd", "Qty", "isReturned"],
                plain,
                lambda o: [
                    o.day.strftime("%d-%b-%y"),
                    o.region,
                    o.product,
                    o.country,
                    f"USD {o.amount}",
                    f"USD {o.cost}",
                    str(o.pieces),
                    "y" if o.returned else "n",
                ],
            ),
            orders=plain,
            says=_SAYS,
        ),
    )


@cache
def large() -> Unseen:
    many = orders(100_000, seed=3)
    return Unseen(
        name="large.csv",
        content=_written(
            ["order", "date", "region", "product", "country", "revenue", "costs", "quantity", "returned"],
            many,
            _plain_row,
        ),
        orders=many,
        says=_SAYS,
    )
