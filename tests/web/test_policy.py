"""Every handler of the app has been decided on, whoever wrote it."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from typing import get_type_hints

import pytest
from reflex_base.registry import RegistrationContext

import jambot.web
from jambot.access import Principal, Role
from jambot.ids import LoginId, UserId
from jambot.web.arguments import arguments_of
from jambot.web.policy import Access, access_of, admits, policy

for _module in pkgutil.walk_packages(jambot.web.__path__, "jambot.web."):
    importlib.import_module(_module.name)


def shipped_handlers() -> list[str]:
    """Names of the handlers that the app itself has; other tests define states of their own."""
    handlers = RegistrationContext.get().event_handlers
    return sorted(
        name
        for name, each in handlers.items()
        if not any(state.__module__.startswith("tests.") for state in each.states)
    )


def who(role: Role) -> Principal:
    return Principal(user_id=UserId("u"), login_id=LoginId("l"), role=role, email="a@example.org", name="A")


@pytest.mark.parametrize("name", shipped_handlers())
def test_somebody_decided_who_may_send_it(name: str):
    assert access_of(name, RegistrationContext.get().event_handlers[name]) is not None


@pytest.mark.parametrize("name", [name for name in shipped_handlers() if ".jambot___" in name])
def test_its_arguments_are_annotated_so_that_they_can_be_checked(name: str):
    fn = RegistrationContext.get().event_handlers[name].handler.fn
    if access_of(name, RegistrationContext.get().event_handlers[name]) is Access.NOBODY:
        return
    named = [each for each in inspect.signature(fn).parameters if each != "self"]
    assert set(named) <= set(get_type_hints(fn))
    arguments_of(fn)


def test_every_setter_reflex_makes_is_closed():
    setters = {name: access for name, access in policy().items() if name.endswith(".setvar")}
    assert setters
    assert set(setters.values()) == {Access.NOBODY}


@pytest.mark.parametrize(
    ("access", "admitted"),
    [
        (Access.PUBLIC, (True, True, True)),
        (Access.USER, (False, True, True)),
        (Access.ADMIN, (False, False, True)),
        (Access.NOBODY, (False, False, False)),
    ],
)
def test_the_matrix_of_access(access: Access, admitted: tuple[bool, bool, bool]):
    assert tuple(admits(access, each) for each in (None, who(Role.USER), who(Role.ADMIN))) == admitted
