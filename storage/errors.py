"""Storage's errors.

StorageError
├── Busy             the bounds of unfinished jobs are reached; carries seconds to wait
├── NotTheirs        a group's pack is kept by somebody, or whoever asks is not in it
├── PackFull         a pack or an account holds as many as it may; carries the number
├── PackGone         the pack or its sticker is not there any more
├── PersonGone       the person was forgotten
├── PhotoGone        the photo was erased or is past its time
├── ResultGone       the result was erased, or the job had none
└── VaultError       bytes that this master key did not seal, or that were changed
"""


class StorageError(Exception):
    """Base of all errors of this package."""


class Busy(StorageError):
    """Too many unfinished jobs; worth another try after about ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"busy for about {seconds} s")
        self.seconds = seconds


class NotTheirs(StorageError):
    """A pack is kept by somebody else, or whoever asks is not in it."""


class PackFull(StorageError):
    """A pack holds as many stickers, or an account as many packs, as it may: ``most``."""

    def __init__(self, most: int) -> None:
        super().__init__(f"no more than {most}")
        self.most = most


class PackGone(StorageError, LookupError):
    """The pack or its sticker is not there any more."""


class PersonGone(StorageError, LookupError):
    """The person was forgotten."""


class PhotoGone(StorageError, LookupError):
    """The photo was erased or is past its time."""


class ResultGone(StorageError, LookupError):
    """The result was erased, or the job ended without one."""


class VaultError(StorageError):
    """The bytes were sealed under another master key, or were changed."""
