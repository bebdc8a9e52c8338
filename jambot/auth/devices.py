"""Where a request comes from, as far as it is kept: a random device id, a truncated address, the browser's name."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jambot.clean import clean_text
from jambot.ids import DeviceId

LONGEST_USER_AGENT = 256
_BROWSERS = (
    ("Edg/", "Edge"),
    ("EdgA/", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("CrOS", "ChromeOS"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Device:
    """The browser or program behind a request.

    Attributes:
        ip_address: as it reached us, for limits; what is kept is `kept_address`.
        device_id: from the device cookie; None for programs and first visits.
    """

    ip_address: str = ""
    user_agent: str = ""
    device_id: DeviceId | None = None


def kept_address(ip_address: str) -> str:
    """The address without the part that names one household: /24 of IPv4, /48 of IPv6; empty when it is none."""
    return _network(ip_address, v4=24, v6=48)


def address_behind(peer: str, forwarded: Sequence[str], *, hops: int) -> str:
    """Where a request comes from: the peer, or, behind `hops` proxies of ours, whom the outermost of them saw.

    Args:
        forwarded: the X-Forwarded-For headers in their order; what stands before our proxies' entries anybody may say.
    """
    seen = [part.strip() for part in ",".join(forwarded).split(",") if part.strip()] if hops else []
    return seen[-hops] if hops and len(seen) >= hops else peer


def limit_key(ip_address: str) -> str:
    """What attempts from one place are counted under: the address, or the /64 a single line is given in IPv6."""
    return _network(ip_address, v4=32, v6=64) or "unknown"


def kept_user_agent(user_agent: str) -> str:
    """The header, cut and printable."""
    return "".join(c if c.isprintable() else " " for c in clean_text(user_agent)[:LONGEST_USER_AGENT])


def readable(user_agent: str) -> str:
    """A name people recognise, such as "Firefox 145 on Linux"."""
    browser, version, system = _parts(user_agent)
    return _in_words(user_agent, f"{browser} {version}".strip() if browser else "", system)


def family(user_agent: str) -> str:
    """The same name without what every update changes: "Firefox on Linux"."""
    browser, _, system = _parts(user_agent)
    return _in_words(user_agent, browser, system)


def is_program(user_agent: str) -> bool:
    """Whether this is no browser. Programs keep no device cookie."""
    return not _parts(user_agent)[0]


def _parts(user_agent: str) -> tuple[str, str, str]:
    """Browser, its major version and the system; each empty when it is not known."""
    mark, browser = next(((mark, name) for mark, name in _BROWSERS if mark in user_agent), ("", ""))
    system = next((name for mark, name in _SYSTEMS if mark in user_agent), "")
    numbered = "Version/" if browser == "Safari" else mark if mark.endswith("/") else f"{mark}/"
    found = re.search(re.escape(numbered) + r"(\d{1,4})", user_agent) if browser else None
    return browser, found[1] if found else "", system


def _in_words(user_agent: str, browser: str, system: str) -> str:
    if browser and system:
        return f"{browser} on {system}"
    return browser or system or (kept_user_agent(user_agent).split("/")[0].strip()[:40] or "Unknown device")


def _network(ip_address: str, *, v4: int, v6: int) -> str:
    try:
        address = ipaddress.ip_address(ip_address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    width = v4 if address.version == 4 else v6
    network = ipaddress.ip_network(f"{address}/{width}", strict=False)
    return str(network.network_address) if width == 32 else str(network)
