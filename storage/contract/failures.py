"""Why jobs end without a picture: codes that a person can act on, worded by ``bot``."""

from enum import StrEnum


class Failure(StrEnum):
    """Why a job ended without a picture. Each has its sentence in every language."""

    # the file
    NOT_AN_IMAGE = "not_an_image"  # not a picture that images.decode reads
    TOO_LARGE = "too_large"  # > 20 MB or more pixels than photos.most_pixels
    BROKEN = "broken"  # truncated or undecodable
    # the photo
    NO_FACE = "no_face"
    NOT_A_PHOTO = "not_a_photo"  # a drawing or a screenshot of one
    FACE_TOO_SMALL = "face_too_small"
    TOO_BLURRY = "too_blurry"
    TOO_DARK = "too_dark"
    TOO_BRIGHT = "too_bright"
    TOO_MANY_FACES = "too_many_faces"  # detail: {"faces": n}; ask which one
    ALONE = "alone"  # one face only, where several are to be one
    TURNED_AWAY = "turned_away"  # beyond 45 degrees
    NO_OTHER_PHOTOS = "no_other_photos"  # none of the person's is kept that could be searched
    HEADSCARF = "headscarf"  # new hair or a hat would take it off
    YOUNG_ALREADY = "young_already"  # younger would be no adult
    # the words
    NO_LETTERS = "no_letters"  # of a caption that no font has; detail: {"missing": [places]}
    # the system
    PHOTO_EXPIRED = "photo_expired"  # erased or past its time: send it again
    NOT_FETCHED = "not_fetched"  # its platform did not give the file
    GAVE_UP = "gave_up"  # five attempts ended without an answer
    BAD_REQUEST = "bad_request"  # settings the worker does not know (an older worker)
