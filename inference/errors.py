"""The worker's errors.

InferenceError
├── PhotoError            the person can do something about it; carries a Failure
├── UnknownSetting        a job asks for what this worker does not know
├── UnknownAvatar         a job's avatar has what this worker cannot draw
├── UnsuitableSubject     a job brings an avatar where a photo is needed, or the other way round
├── FilmError             a film cannot be read or written
├── DeviceUnavailable     an operator asked for a device that networks cannot run on
└── WeightsError          an operator must act
    ├── WeightsMissing
    └── WeightsCorrupt
"""

from collections.abc import Mapping

from storage.contract.failures import Failure


class InferenceError(Exception):
    """Base of all errors of this package."""


class PhotoError(InferenceError):
    """The photo cannot be used, and the person can send a better one."""

    def __init__(
        self,
        failure: Failure,
        detail: Mapping[str, object] | None = None,
        picture: bytes | None = None,
    ) -> None:
        super().__init__(failure.value)
        self.failure = failure
        self.detail = dict(detail or {})
        self.picture = picture


class UnknownSetting(InferenceError):
    """A job names a kind or setting that no family of this worker has."""


class UnknownAvatar(InferenceError):
    """A job's avatar is malformed, or of parts that this worker does not have."""


class UnsuitableSubject(InferenceError):
    """A family makes nothing of what a job brings: a photo, an avatar, several, or nothing."""


class FilmError(InferenceError):
    """A film cannot be read or written; the message says which and why."""


class DeviceUnavailable(InferenceError):
    """Networks cannot run on the device of the settings; the message says why."""


class WeightsError(InferenceError):
    """A model file is not as ``weights.toml`` says."""


class WeightsMissing(WeightsError):
    """A model file is nowhere to be found; the message says which command fetches it."""


class WeightsCorrupt(WeightsError):
    """A model file's size or sha256 differs from what ``weights.toml`` says."""
