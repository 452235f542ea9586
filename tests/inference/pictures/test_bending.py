import numpy as np

from inference.pictures.bending import Bend, Neck


def figure():
    """A white bar on a transparent ground, from a head at the top down to the lower edge."""
    picture = np.zeros((200, 200, 4), np.uint8)
    picture[20:, 90:110] = 255
    return picture


def middle_of(picture, row):
    return float(np.flatnonzero(picture[row, :, 3] > 128).mean())


def test_a_head_moves_and_shoulders_stay():
    """Above the neck everything moves as far as asked, below nothing; in between ever less."""
    neck = Neck(100, 120, free=100, still=160)
    moved = neck.bent(figure(), Bend(across=12))
    found = [middle_of(moved, row) for row in (60, 130, 170)]
    assert abs(found[0] - 111.5) < 1
    assert 99.5 < found[1] < found[0]
    assert found[2] == 99.5
    assert (neck.bent(figure(), Bend()) == figure()).all()


def test_a_figure_is_made_smaller_towards_its_lower_edge():
    """What stood on the lower edge stands there still."""
    smaller = Neck(100, 120, 100, 160).bent(figure(), Bend(), scale=0.5)
    rows = np.flatnonzero(smaller[:, 100, 3] > 128)
    assert (rows[0] - 110) ** 2 <= 1
    assert rows[-1] == 199
