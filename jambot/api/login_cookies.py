"""What a sign-in answers a browser with: the cookie of its login, and the one it is recognised by next time."""

from __future__ import annotations

from fastapi import Response

from jambot.api.schemas import SignedInOut
from jambot.auth.cookies import clear_login_cookie, set_device_cookie, set_login_cookie
from jambot.auth.devices import Device
from jambot.auth.service import SignedIn
from jambot.ids import DeviceId, new_id
from jambot.services import Services


def known(at: Device) -> Device:
    """The device under an id of its own, a new one at its first visit."""
    device_id = at.device_id or DeviceId(new_id())
    return Device(ip_address=at.ip_address, user_agent=at.user_agent, device_id=device_id)


def answer_with(signed_in: SignedIn, response: Response, parts: Services, at: Device) -> SignedInOut:
    """The body of the answer; the cookies are set on `response`."""
    give_cookie(signed_in, response, parts)
    if at.device_id:
        response.headers.append("set-cookie", set_device_cookie(at.device_id, is_https=parts.settings.is_https))
    return SignedInOut.of_sign_in(signed_in)


def give_cookie(signed_in: SignedIn, response: Response, parts: Services) -> None:
    """Sign this browser in; nothing where its cookie stays good."""
    opened = signed_in.opened
    if not opened.cookie:
        return
    ends_in = opened.login.ends_at - parts.clock.now()
    max_age_s = int(ends_in.total_seconds()) if opened.login.is_remembered else None
    cookie = set_login_cookie(opened.cookie, is_https=parts.settings.is_https, max_age_s=max_age_s)
    response.headers.append("set-cookie", cookie)


def take_cookie(response: Response, parts: Services) -> None:
    """Sign this browser out."""
    response.headers.append("set-cookie", clear_login_cookie(is_https=parts.settings.is_https))
