"""Every tunable once, typed, with its unit in the name."""

from __future__ import annotations

import ipaddress
import os
import re
import secrets
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_TOOL_ID = re.compile(r"[a-z][a-z0-9_]*")
_TARGET_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
_TARGET_SCHEMES = ("sqlite:///", "postgresql://", "redis://", "rediss://", "zerodb+https://", "zerodb+http://")
KNOWN_WEAK_SECRETS = frozenset({"secret", "changeme", "password", "jambot", "development", "test"})


class Registration(StrEnum):
    OPEN = "open"
    INVITE = "invite"
    CLOSED = "closed"


class LoginStrategy(StrEnum):
    """What ends a login: its age, nobody doing anything, or either."""

    FIXED = "fixed"
    SLIDING = "sliding"
    HYBRID = "hybrid"


class LimitPolicy(StrEnum):
    """What happens at the limit of devices."""

    EVICT_OLDEST = "evict_oldest"
    REFUSE = "refuse"


class MovePolicy(StrEnum):
    """What happens when a login is used from elsewhere than before."""

    OFF = "off"
    WARN = "warn"
    REFUSE = "refuse"


class Settings(BaseSettings):
    """What the person who runs JamBot may decide. `jambot run --help` prints this table."""

    model_config = SettingsConfigDict(
        env_prefix="JAMBOT_",
        env_file=".env",
        env_file_encoding="utf-8",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,  # an address may hold a password, and an error may end up in a log
    )

    host: str = Field(default="127.0.0.1", description="Address to listen on.")
    port: int = Field(default=3000, ge=0, le=65535, description="Port to listen on.")
    public_url: str | None = Field(
        default=None,
        description="Address people use in their browser; decides links, the Secure cookie and the origin rule.",
    )
    allowed_hosts: str = Field(default="", description="Further host names to answer to, separated by commas.")
    data_dir: Path = Field(default=Path("data"), description="Folder for the database, files and keys.")
    database_url: str | None = Field(
        default=None, description="SQLAlchemy address of the database; SQLite in the data folder when empty."
    )
    redis_url: str | None = Field(
        default=None, description="Moves limits, events and page state to Redis, for several processes."
    )
    session_targets: SecretStr | None = Field(
        default=None,
        description="Stores an admin may move sessions to, as `name=address` with spaces between them.",
    )
    tool_domains: str = Field(
        default="",
        description="Tools that only members of a domain may use, as `tool=Domain` with semicolons between them.",
    )
    model: str = Field(
        default="jambot-local", description="Assistant model, such as `openai:gpt-5`; works offline by default."
    )
    model_base_url: str | None = Field(default=None, description="Address of an OpenAI-compatible server.")
    model_api_key: SecretStr | None = Field(default=None, description="Key for the model server.")
    registration: Registration = Field(
        default=Registration.INVITE, description="Who may register: open, invite or closed."
    )
    guests: bool = Field(default=False, description="People may try JamBot without an account.")
    guest_h: float = Field(default=24, gt=0, le=720, description="Hours a guest's work is kept without an account.")
    guest_messages: int = Field(default=50, ge=1, description="Messages a guest may send.")
    guest_quota_mb: int = Field(default=50, ge=1, description="Space for one guest's files.")
    secret_key: SecretStr | None = Field(
        default=None, description="At least 32 bytes; generated into the data folder when empty."
    )
    older_secret_keys: SecretStr | None = Field(
        default=None,
        description="Keys of before, the newest first, with spaces between; they open and no longer seal.",
    )
    autosave_interval_s: float = Field(
        default=30, gt=0, le=3600, description="Whatever is still unsaved is tried at least this often."
    )
    login_strategy: LoginStrategy = Field(
        default=LoginStrategy.HYBRID,
        description="What ends a login: fixed (its age), sliding (no activity) or hybrid (either).",
    )
    login_idle_h: float = Field(
        default=12, gt=0, description="Hours without activity after which a person is signed out."
    )
    login_max_days: float = Field(
        default=30, gt=0, le=400, description="Days after which a person signs in again in any case."
    )
    admin_idle_min: float = Field(
        default=15, gt=0, description="Minutes without activity after which an admin is signed out."
    )
    admin_max_h: float = Field(default=12, gt=0, description="Hours after which an admin signs in again in any case.")
    max_logins_per_user: int = Field(default=5, ge=1, description="Devices a person may be signed in on.")
    login_limit_policy: LimitPolicy = Field(
        default=LimitPolicy.EVICT_OLDEST,
        description="At that limit: evict_oldest (the oldest gives way) or refuse (the sign-in fails).",
    )
    max_concurrent_requests: int = Field(
        default=100, ge=1, description="API requests at work at once in one process; more wait a second, then get 503."
    )
    network_policy: MovePolicy = Field(
        default=MovePolicy.WARN,
        description="A login used from another network: off, warn (noted, shown, audited) or refuse.",
    )
    browser_policy: MovePolicy = Field(
        default=MovePolicy.WARN, description="A login used from another browser or system: off, warn or refuse."
    )
    access_token_s: int = Field(default=600, ge=5, le=600, description="Lifetime of an API access token in seconds.")
    upload_limit_mb: int = Field(default=25, ge=1, le=1024, description="Largest file a person may upload.")
    quota_mb: int = Field(default=1024, ge=1, description="Space for one person's files.")
    complete_on_sign_out: bool = Field(
        default=False, description="Complete the open workspace when a person signs out."
    )
    abandon_after_h: float = Field(
        default=24, gt=0, description="Hours without activity until a workspace is abandoned."
    )
    archive_after_days: float = Field(default=7, gt=0, description="Days until an abandoned workspace is archived.")
    trash_days: float = Field(default=30, gt=0, description="Days a deleted workspace can be restored.")
    trusted_proxy_hops: int = Field(default=0, ge=0, description="Proxies in front whose X-Forwarded-For is believed.")
    metrics_token: SecretStr | None = Field(
        default=None, description="Bearer token for /metrics; without one only this machine and admins may read it."
    )
    log_json: bool = Field(default=False, description="Write logs as JSON lines.")
    log_level: str = Field(default="INFO", description="DEBUG, INFO, WARNING or ERROR.")

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, value: str | None) -> str | None:
        if not value:
            return None
        parts = urlsplit(value)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("must be an address such as https://jambot.example.org")
        return f"{parts.scheme}://{parts.netloc}"

    @field_validator("database_url")
    @classmethod
    def _database_is_of_a_known_kind(cls, value: str | None) -> str | None:
        if value and not value.startswith(("postgresql://", "postgres://", "postgresql+psycopg://", "sqlite:///")):
            raise ValueError("must begin with postgresql:// or sqlite:///")
        return value or None

    @field_validator("redis_url")
    @classmethod
    def _redis_is_an_address(cls, value: str | None) -> str | None:
        if value and not value.startswith(("redis://", "rediss://")):
            raise ValueError("must begin with redis:// or rediss://")
        return value or None

    @field_validator("session_targets")
    @classmethod
    def _targets_have_names_and_known_addresses(cls, value: SecretStr | None) -> SecretStr | None:
        # The message names no address: there may be a password in it.
        names = []
        for pair in value.get_secret_value().split() if value else ():
            name, _, address = pair.partition("=")
            if not _TARGET_NAME.fullmatch(name) or not address.startswith(_TARGET_SCHEMES):
                raise ValueError(f"must be name=address pairs; a name is a-z, 0-9 and -, an address {_TARGET_SCHEMES}")
            names.append(name)
        if len(set(names)) < len(names):
            raise ValueError("must give every store a name of its own")
        return value

    @field_validator("tool_domains")
    @classmethod
    def _tools_have_domains(cls, value: str) -> str:
        # A pair that is misspelt would leave a tool open to everybody.
        for pair in filter(None, (each.strip() for each in value.split(";"))):
            tool, _, domain = pair.partition("=")
            if not _TOOL_ID.fullmatch(tool.strip()) or not domain.strip():
                raise ValueError("must be tool=Domain pairs with semicolons between them")
        return value

    @model_validator(mode="after")
    def _refuse_weak_secrets(self) -> Settings:
        if self.secret_key is not None and _is_weak(self.secret_key.get_secret_value()):
            raise ValueError("JAMBOT_SECRET_KEY must have at least 32 bytes and be random")
        # They open what comes in, tokens too. A key with a space in it would fall apart into weak ones.
        older = self.older_secret_keys.get_secret_value().split() if self.older_secret_keys else ()
        if any(map(_is_weak, older)):
            raise ValueError("JAMBOT_OLDER_SECRET_KEYS must be keys of at least 32 bytes, with spaces between only")
        return self

    def pin(self) -> None:
        """Put what was decided into the environment, for whoever reads the settings again from another folder."""
        decided = self.model_copy(update={"data_dir": self.data_dir.resolve()})
        for name in {*self.model_fields_set, "data_dir"}:
            value = getattr(decided, name)
            if value is not None:
                shown = value.get_secret_value() if isinstance(value, SecretStr) else value
                os.environ[f"JAMBOT_{name.upper()}"] = str(shown)

    @property
    def is_https(self) -> bool:
        """Whether people reach the app over TLS, so that cookies may be Secure and carry the `__Host-` prefix."""
        return bool(self.public_url and self.public_url.startswith("https://"))

    @property
    def origin(self) -> str:
        """The address used in links that leave the app; never taken from a request."""
        if self.public_url:
            return self.public_url
        host = "localhost" if self.host in {"127.0.0.1", "::1", "0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://{host}:{self.port}"

    @property
    def sqlalchemy_url(self) -> str:
        """The database address with the driver this project uses."""
        if not self.database_url:
            return f"sqlite:///{self.data_dir.resolve() / 'jambot.db'}"
        if self.database_url.startswith(("postgresql://", "postgres://")):
            return "postgresql+psycopg://" + self.database_url.split("://", 1)[1]
        return self.database_url

    @property
    def session_stores(self) -> dict[str, str]:
        """The addresses of the stores an admin may move sessions to, by name; they may hold passwords."""
        pairs = self.session_targets.get_secret_value().split() if self.session_targets else ()
        return {name: address for name, _, address in (pair.partition("=") for pair in pairs)}

    @property
    def domain_of_tool(self) -> dict[str, str]:
        """The name of the domain that a tool carries, by the tool's id."""
        pairs = (each.partition("=") for each in self.tool_domains.split(";") if each.strip())
        return {tool.strip(): domain.strip() for tool, _, domain in pairs}

    def answers_to(self, host_header: str) -> bool:
        """Whether a request for `host_header` is meant for us: localhost, an IP literal, or a configured name."""
        name = urlsplit(f"//{host_header}").hostname or ""
        allowed = {part.strip().casefold() for part in self.allowed_hosts.split(",") if part.strip()}
        if self.public_url:
            allowed.add(urlsplit(self.public_url).hostname or "")
        return name == "localhost" or name.casefold() in allowed or _is_ip(name)

    def master_keys(self) -> tuple[bytes, ...]:
        """The master secret, and those of before: all of them open, the first seals."""
        older = self.older_secret_keys.get_secret_value().split() if self.older_secret_keys else ()
        newest = self.master_key()
        return (newest, *(key for key in map(str.encode, older) if key != newest))

    def master_key(self) -> bytes:
        """The 32-byte or longer master secret, made once in the data folder with mode 0600 when none is configured."""
        if self.secret_key is not None:
            return self.secret_key.get_secret_value().encode()
        path = self.data_dir / "secret.key"
        if not path.exists():
            self.data_dir.mkdir(parents=True, exist_ok=True)
            _write_private(path, secrets.token_urlsafe(48))
        return path.read_text("ascii").strip().encode()


def _is_weak(key: str) -> bool:
    return len(key.encode()) < 32 or key.casefold() in KNOWN_WEAK_SECRETS


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _write_private(path: Path, text: str) -> None:
    """Write `text` so that nobody else can read it, and never half: a second starter loses and reads the winner's."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
