"""Tables too large to keep in the repository, the same every time."""

from __future__ import annotations


def wide_csv() -> bytes:
    """200 columns: a date, a machine, and 198 sensors in groups of temperature, pressure, humidity and energy."""
    kinds = ("Temperature", "Pressure", "Humidity", "Energy")
    units = ("°C", "bar", "%", "kWh")
    sensors = [f"{kinds[i % 4]} {i // 4 + 1:02d} ({units[i % 4]})" for i in range(198)]
    lines = [",".join(["Timestamp", "Machine", *sensors])]
    for row in range(40):
        moment = f"2026-02-{row % 28 + 1:02d} {row % 24:02d}:15"
        readings = [f"{(row * 7 + i * 3) % 90 + i / 100:.2f}" for i in range(198)]
        lines.append(",".join([moment, ("M1", "M2", "M3")[row % 3], *readings]))
    return ("\n".join(lines) + "\n").encode()


def large_csv(rows: int = 12_000) -> bytes:
    """Orders with German dates and decimals; `Umsatz` of row i is i cents."""
    lines = ["Bestellnummer;Datum;Kanal;Umsatz (€)"]
    for i in range(1, rows + 1):
        euros, cents = divmod(i, 100)
        amount = f"{euros:,}".replace(",", ".") + f",{cents:02d}"
        lines.append(f"B{i};{i % 28 + 1:02d}.{i % 12 + 1:02d}.2025;{('Web', 'Laden', 'Telefon')[i % 3]};{amount} €")
    return ("\n".join(lines) + "\n").encode()
