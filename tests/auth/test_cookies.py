from __future__ import annotations

import pytest

from jambot.auth import cookies
from jambot.auth.devices import kept_address, kept_user_agent, limit_key, readable
from jambot.ids import DeviceId, new_id


def test_over_tls_the_cookie_belongs_to_this_host_alone():
    assert cookies.set_login_cookie("v", is_https=True, max_age_s=None) == (
        "__Host-jam_sid=v; Path=/; HttpOnly; SameSite=Lax; Secure"
    )


def test_without_tls_it_has_the_plain_name_and_may_be_remembered():
    assert cookies.set_login_cookie("v", is_https=False, max_age_s=60) == (
        "jam_sid=v; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
    )
    assert cookies.clear_login_cookie(is_https=False) == "jam_sid=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"


@pytest.mark.parametrize(
    ("header", "found"),
    [
        ("jam_sid=abc", "abc"),
        ("a=1; jam_sid=abc; b=2", "abc"),
        ('jam_sid="abc"', "abc"),
        ("jam_sid=abc;jam_sid=abc", "abc"),
        ("jam_sid=abc; jam_sid=abd", None),
        ("jam_sid=", None),
        ("", None),
        (";;;=;", None),
        ("__Host-jam_sid=abc", None),
        ("xjam_sid=abc", None),
        ("JAM_SID=abc", None),
        ("; ".join(f"c{n}=v" for n in range(200)) + "; jam_sid=abc", "abc"),
    ],
)
def test_reading_the_login_cookie(header: str, found: str | None):
    assert cookies.login_in(header, is_https=False) == found


def test_over_tls_the_plain_name_is_not_believed():
    assert cookies.login_in("jam_sid=abc", is_https=True) is None
    assert cookies.login_in("__Host-jam_sid=abc", is_https=True) == "abc"


def test_the_device_cookie_holds_an_id_or_nothing():
    device_id = DeviceId(new_id())
    line = cookies.set_device_cookie(device_id, is_https=True)
    assert "Max-Age=34560000" in line and "HttpOnly" in line and "Secure" in line
    assert cookies.device_in(f"jam_dev={device_id}") == device_id
    for bad in ("jam_dev=1", f"jam_dev={device_id.upper()}", f"jam_dev={device_id}; jam_dev={new_id()}", ""):
        assert cookies.device_in(bad) is None


@pytest.mark.parametrize(
    ("address", "kept", "limited"),
    [
        ("203.0.113.77", "203.0.113.0/24", "203.0.113.77"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.77", "203.0.113.0/24", "203.0.113.77"),
        ("fe80::1%eth0", "fe80::/48", "fe80::/64"),
        ("testclient", "", "unknown"),
        ("", "", "unknown"),
    ],
)
def test_addresses_are_kept_without_the_household(address: str, kept: str, limited: str):
    assert (kept_address(address), limit_key(address)) == (kept, limited)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox 140 on Linux"),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) Chrome/139.0 Safari/537.36 Edg/139.0",
            "Edge 139 on Windows",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Mobile/15E Safari/604.1",
            "Safari 18 on iPhone",
        ),
        (
            "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/139.0 Mobile Safari/537.36",
            "Chrome 139 on Android",
        ),
        ("python-httpx/0.28.1", "python-httpx"),
        ("", "Unknown device"),
        ("<script>alert(1)</script>", "<script>alert(1)<"),
    ],
)
def test_browsers_have_names_people_know(agent: str, name: str):
    assert readable(agent) == name


def test_an_endless_agent_is_cut_and_cannot_forge_a_line():
    kept = kept_user_agent("a\r\nb\x00" + "x" * 10_000)
    assert len(kept) == 256
    assert kept.isprintable() or "\ufffd" in kept
