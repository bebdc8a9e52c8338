"""Models by name: `jambot-local`, or `provider:model` of anything Pydantic AI supports.

Provider packages and keys are the operator's: what is missing is said in one sentence, when the model is first needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import SecretStr

from jambot.errors import Unavailable
from jambot.llm.intent import TableInfo

if TYPE_CHECKING:
    from pydantic_ai.models import Model

LOCAL_NAME = "jambot-local"


class ModelSettings(Protocol):
    """What this package reads of the settings."""

    @property
    def model_base_url(self) -> str | None: ...
    @property
    def model_api_key(self) -> SecretStr | None: ...


class ModelUnavailable(Unavailable):
    """The assistant's model cannot be reached. Your message is saved; try again in a moment."""

    code = "model_unavailable"


def build_model(
    name: str,
    *,
    settings: ModelSettings,
    tables: Sequence[TableInfo] = (),
    unread: Sequence[str] = (),
    today: date = date.max,
    pause_s: float = 0.0,
) -> Model[Any]:
    """The model of that name; what follows `settings` is for the embedded one.

    Raises:
        ModelUnavailable: a package, key or provider is missing; it names which.
    """
    if name == LOCAL_NAME:
        from jambot.llm.local import LocalModel

        return LocalModel(tables, unread=unread, today=today, pause_s=pause_s)
    from pydantic_ai.exceptions import UserError

    try:
        return _compatible(name, settings) if settings.model_base_url else _of_provider(name, settings)
    except ImportError as exc:
        provider = name.split(":", 1)[0]
        extra = "openai" if settings.model_base_url else provider
        raise ModelUnavailable(
            f"The model '{name}' needs a package that is not installed: pip install 'pydantic-ai-slim[{extra}]'."
        ) from exc
    except (UserError, ValueError) as exc:
        if "api" in str(exc).lower() and "key" in str(exc).lower():
            raise ModelUnavailable(f"The model '{name}' needs a key: set JAMBOT_MODEL_API_KEY.") from exc
        raise ModelUnavailable(
            f"There is no model '{name}'. Set JAMBOT_MODEL to provider:model, such as openai:gpt-5, or to {LOCAL_NAME}."
        ) from exc


def _compatible(name: str, settings: ModelSettings) -> Model[Any]:
    from pydantic_ai.models.openai import OpenAIChatModel
    from pydantic_ai.providers.openai import OpenAIProvider

    # Servers without keys still get one, because the client refuses to send none.
    key = settings.model_api_key.get_secret_value() if settings.model_api_key else "none"
    provider = OpenAIProvider(base_url=settings.model_base_url, api_key=key)
    return OpenAIChatModel(name.removeprefix("openai:"), provider=provider)


def _of_provider(name: str, settings: ModelSettings) -> Model[Any]:
    from pydantic_ai.models import infer_model
    from pydantic_ai.providers import infer_provider, infer_provider_class

    if settings.model_api_key is None:
        return infer_model(name)
    key = settings.model_api_key.get_secret_value()

    def provider(provider_name: str) -> Any:
        try:
            return infer_provider_class(provider_name)(api_key=key)  # pyright: ignore[reportCallIssue] - the except below
        except TypeError:
            return infer_provider(provider_name)

    return infer_model(name, provider_factory=provider)
