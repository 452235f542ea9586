"""The worker's settings, read once from the environment (``SELFMOJI_*``) and ``.env``."""

from pathlib import Path
from typing import Literal, Self

import platformdirs
from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

Device = Literal["auto", "cpu", "cuda"]


class InferenceSettings(BaseSettings):
    """Settings of the processes that run models; only the wiring reads them."""

    model_config = SettingsConfigDict(
        env_prefix="SELFMOJI_", env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    device: Device = Field(
        default="auto", description="Where networks run; auto takes CUDA if it is there."
    )
    threads: int = Field(
        default=0, ge=0, description="Threads of one network run; 0: as many as cores."
    )
    concurrency: int = Field(default=4, ge=1, description="Jobs that one worker works on at once.")
    batch: int = Field(default=8, ge=1, description="Most items in one run of a network.")
    batch_wait_ms: float = Field(
        default=2.0, ge=0, description="How long a network waits for more items."
    )
    models_mb: int = Field(
        default=1024, ge=1, description="Megabytes of memory that loaded networks may take."
    )
    lease_seconds: float = Field(
        default=4.0,
        gt=0,
        description="A job not renewed for this long is given to another worker.",
    )
    style_model: Path | None = Field(
        default=None,
        description="ONNX file of one more painted style, from a picture to a picture.",
    )
    style_licence: str = Field(
        default="", max_length=200, description="Whose it is, told to people; needed beside it."
    )
    style_range: Literal["0..1", "-1..1", "0..255"] = Field(
        default="0..1", description="The range of its numbers."
    )
    cache_dir: Path = Field(
        default_factory=lambda: platformdirs.user_cache_path("selfmoji"),
        description="Folder that fetched model files are kept in.",
    )

    @model_validator(mode="after")
    def _licensed(self) -> Self:
        """Nobody is shown a style without being told whose it is."""
        if self.style_model is not None and not self.style_licence.strip():
            raise ValueError("SELFMOJI_STYLE_MODEL needs SELFMOJI_STYLE_LICENCE: say whose it is")
        return self
