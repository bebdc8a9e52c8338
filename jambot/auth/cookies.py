"""The two cookies: which login this browser holds, and which device it is. Pure; the faces set and read them here."""

from __future__ import annotations

from jambot.ids import DeviceId, is_id

SECURE_LOGIN_COOKIE = "__Host-jam_sid"
PLAIN_LOGIN_COOKIE = "jam_sid"
DEVICE_COOKIE = "jam_dev"
DEVICE_MAX_AGE_S = 400 * 24 * 3600


def login_cookie_name(*, is_https: bool) -> str:
    """Browsers accept the `__Host-` prefix, and with it the promise that no other host set it, over TLS only."""
    return SECURE_LOGIN_COOKIE if is_https else PLAIN_LOGIN_COOKIE


def set_login_cookie(value: str, *, is_https: bool, max_age_s: int | None) -> str:
    """The Set-Cookie value that signs this browser in; without `max_age_s` it ends with the browser session."""
    return _cookie(login_cookie_name(is_https=is_https), value, is_https=is_https, max_age_s=max_age_s)


def clear_login_cookie(*, is_https: bool) -> str:
    """The Set-Cookie value that takes the login away."""
    return _cookie(login_cookie_name(is_https=is_https), "", is_https=is_https, max_age_s=0)


def set_device_cookie(device_id: DeviceId, *, is_https: bool) -> str:
    """The Set-Cookie value that lets this browser be recognised as the same device, signed in or not."""
    return _cookie(DEVICE_COOKIE, device_id, is_https=is_https, max_age_s=DEVICE_MAX_AGE_S)


def login_in(header: str, *, is_https: bool) -> str | None:
    """The login id in a raw Cookie header; None when there is none, or two that differ."""
    found = _values(header, login_cookie_name(is_https=is_https))
    return found.pop() if len(found) == 1 else None


def device_in(header: str) -> DeviceId | None:
    """The device id in a raw Cookie header; None when there is none that can be one."""
    found = {value for value in _values(header, DEVICE_COOKIE) if is_id(value)}
    return DeviceId(found.pop()) if len(found) == 1 else None


def _values(header: str, name: str) -> set[str]:
    pairs = (part.strip().partition("=") for part in header.split(";"))
    return {value.strip('"') for key, _, value in pairs if key == name and value}


def _cookie(name: str, value: str, *, is_https: bool, max_age_s: int | None) -> str:
    age = "" if max_age_s is None else f"; Max-Age={max_age_s}"
    return f"{name}={value}; Path=/{age}; HttpOnly; SameSite=Lax{'; Secure' if is_https else ''}"
