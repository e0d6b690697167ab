"""Every setting of the service, typed and checked once. Nothing else reads the environment."""

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

CHECKOUT = Path(__file__).resolve().parent.parent
LOCAL_SECRET = "local-secret-not-for-production"
SHORTEST_SECRET = 16
WEBHOOK_PAIRS = (
    ("webhook_username", "webhook_password"),
    ("webhook_secret_header", "webhook_secret"),
    ("webhook_hmac_header", "webhook_hmac_secret"),
)


class Environment(StrEnum):
    LOCAL = "local"
    PRODUCTION = "production"


class InvalidSettingsError(Exception):
    """The settings cannot work together; the message lists every reason, a line each."""


class Settings(BaseSettings):
    """Settings as read from the environment and `.env`; see the README's table."""

    model_config = SettingsConfigDict(
        env_file=".env", env_prefix="", extra="ignore", env_ignore_empty=True, frozen=True
    )

    fiado_env: Environment = Field(Environment.LOCAL, description="local or production")
    fiado_data_dir: Path = Field(CHECKOUT / "var", description="files the service keeps")
    site_file: Path | None = Field(None, description="brand, country, hours, templates (TOML)")
    secret_key: SecretStr = Field(SecretStr(LOCAL_SECRET), description="signs button ids and links")
    public_base_url: str | None = Field(None, description="address Infobip can fetch media from")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )
    log_format: Literal["json", "console"] = Field("json", description="json or console")

    mongodb_uri: str | None = Field(None, description="unset: the embedded MongoDB")
    mongodb_database: str = Field("fiado", description="database name")

    rasa_urls: str = Field("http://127.0.0.1:5005", description="Rasa servers, comma-separated")
    action_server_url: str = Field("http://127.0.0.1:5055/webhook", description="action server")
    fiado_internal_token: SecretStr = Field(
        SecretStr(LOCAL_SECRET), description="shared by the workers and Rasa"
    )

    infobip_base_url: str | None = Field(None, description="unset: the simulator plays Infobip")
    infobip_api_key: SecretStr | None = Field(None, description="Infobip API key")
    infobip_sender: str = Field("5491155550100", description="our WhatsApp number, digits")

    webhook_username: str | None = Field(None, description="Basic authentication of webhooks")
    webhook_password: SecretStr | None = Field(None, description="Basic authentication of webhooks")
    webhook_secret_header: str | None = Field(None, description="header that carries the secret")
    webhook_secret: SecretStr | None = Field(None, description="value of that header")
    webhook_hmac_header: str | None = Field(None, description="header that carries the HMAC")
    webhook_hmac_secret: SecretStr | None = Field(None, description="key of the HMAC")
    webhook_hmac_algorithm: str = Field("sha256", description="md5, sha1, sha224 ... sha512")
    webhook_hmac_encoding: str = Field("hex", description="hex or base64")

    letter_signing_key_file: Path | None = Field(
        None, description="PKCS #12 file letters are signed with; unset: a self-made key"
    )
    letter_signing_key_password: SecretStr | None = Field(None, description="opens that file")

    fiado_port: int = Field(8000, description="port of the web process")
    proxy_hops: int = Field(
        0, ge=0, le=8, description="proxies before us whose X-Forwarded-For is believed"
    )
    fiado_simulator: bool = Field(True, description="offer /simulator (local only)")
    fiado_worker_threads: int = Field(8, ge=1, le=64, description="conversations at once, a worker")

    @model_validator(mode="after")
    def check_together(self) -> Self:
        """Refuse what would run unsafely; all reasons at once."""
        problems = self._problems()
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _problems(self) -> list[str]:
        problems = self._webhook_problems()
        if self.infobip_base_url and not self.infobip_api_key:
            problems.append("INFOBIP_BASE_URL is set without INFOBIP_API_KEY")
        if self.is_production:
            problems += self._production_problems()
        return problems

    def _webhook_problems(self) -> list[str]:
        halves = [
            f"set both {name.upper()} and {secret.upper()}, or neither"
            for name, secret in WEBHOOK_PAIRS
            if bool(getattr(self, name)) is not bool(getattr(self, secret))
        ]
        if halves or self.has_webhook_authentication or self.simulator_is_on:
            return halves
        pairs = [f"{name.upper()} and {secret.upper()}" for name, secret in WEBHOOK_PAIRS]
        return [f"no webhook authentication: set {', or '.join(pairs)}"]

    def _production_problems(self) -> list[str]:
        problems = [
            f"production needs its own {name.upper()}, of {SHORTEST_SECRET} characters or more"
            for name in ("secret_key", "fiado_internal_token")
            if not _is_secret(getattr(self, name).get_secret_value())
        ]
        if not self.infobip_base_url:
            problems.append("production needs INFOBIP_BASE_URL, INFOBIP_API_KEY")
        if "infobip_sender" not in self.model_fields_set:
            problems.append("production needs its own INFOBIP_SENDER")
        if not self.public_base_url:
            problems.append("production needs PUBLIC_BASE_URL")
        return problems

    @property
    def is_production(self) -> bool:
        return self.fiado_env is Environment.PRODUCTION

    @property
    def simulator_is_on(self) -> bool:
        """The simulator never runs in production, whatever else is set."""
        return self.fiado_simulator and not self.is_production

    @property
    def has_webhook_authentication(self) -> bool:
        return any(getattr(self, name) and getattr(self, secret) for name, secret in WEBHOOK_PAIRS)

    @property
    def local_base_url(self) -> str:
        return f"http://127.0.0.1:{self.fiado_port}"

    @property
    def base_url(self) -> str:
        """Where the outside reaches us, without a trailing slash."""
        return (self.public_base_url or self.local_base_url).rstrip("/")

    @property
    def clock_offset_file(self) -> Path:
        """Whole seconds by which business time is shifted, for trying things out."""
        return self.fiado_data_dir / "clock_offset"

    @property
    def infobip_url(self) -> str:
        return (self.infobip_base_url or f"{self.local_base_url}/simulator/infobip").rstrip("/")

    @property
    def infobip_key(self) -> str:
        return self.infobip_api_key.get_secret_value() if self.infobip_api_key else LOCAL_SECRET

    @property
    def rasa_url_list(self) -> list[str]:
        return [url.strip().rstrip("/") for url in self.rasa_urls.split(",") if url.strip()]


def _is_secret(value: str) -> bool:
    return value != LOCAL_SECRET and len(value) >= SHORTEST_SECRET


def read_settings() -> Settings:
    """Settings from the environment; InvalidSettingsError lists all that is wrong or missing."""
    try:
        return Settings()
    except ValidationError as error:
        lines = [
            f"{'.'.join(map(str, item['loc'])).upper()}: {line}".lstrip(": ")
            for item in error.errors()
            for line in item["msg"].removeprefix("Value error, ").splitlines()
        ]
        raise InvalidSettingsError("\n".join(lines)) from None


@cache
def settings() -> Settings:
    """The process's settings, read at first use."""
    return read_settings()
