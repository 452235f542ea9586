"""The chats' settings, read once from the environment (``SELFMOJI_*``) and ``.env``."""

from pathlib import Path

from pydantic import Field, SecretStr

from storage.settings import StorageSettings


class BotSettings(StorageSettings):
    """Settings of the processes that talk to people."""

    host: str = Field(default="127.0.0.1", description="Address that the web chat listens on.")
    port: int = Field(default=8080, ge=0, le=65535, description="Port of the web chat; 0: any.")
    public_hosts: str = Field(
        default="",
        description="Host names, comma separated, under which the web chat may be asked for "
        "beside localhost and its own address.",
    )
    proxies: str = Field(
        default="127.0.0.1",
        description="Addresses, comma separated, of proxies that are believed whom they speak for.",
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address that metrics and probes are asked for at."
    )
    metrics_port: int | None = Field(
        default=None, ge=0, le=65535,
        description="Port of /metrics, /livez and /readyz of any process; none: not served.",
    )  # fmt: skip
    log_json: bool = Field(
        default=False, description="Whether each line of the log is a JSON object."
    )
    c2pa_key: Path | None = Field(
        default=None,
        description="Private key (PEM, PKCS #8) that pictures in packs are signed with, if any.",
    )
    c2pa_certificates: Path | None = Field(
        default=None, description="The key's chain of certificates (PEM), its own first."
    )
    telegram_token: SecretStr = Field(
        default=SecretStr(""), description="Token from @BotFather; empty: no Telegram."
    )
    telegram_base_url: str = Field(
        default="https://api.telegram.org", description="Bot API server, your own perhaps."
    )
    discord_token: SecretStr = Field(
        default=SecretStr(""), description="Bot token from Discord's portal; empty: no Discord."
    )
