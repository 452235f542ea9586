"""Hair colours by name, in Lab: natural ones, and dyes."""

from inference.face.report import Lab

COLOURS: dict[str, Lab] = {
    "black": (12.0, 1.0, 1.5),
    "dark-brown": (19.0, 5.0, 8.0),
    "brown": (29.0, 9.0, 15.0),
    "chestnut": (31.0, 15.0, 19.0),
    "auburn": (33.0, 23.0, 23.0),
    "red": (40.0, 31.0, 34.0),
    "copper": (49.0, 29.0, 41.0),
    "strawberry": (60.0, 18.0, 33.0),
    "blond": (63.0, 8.0, 34.0),
    "platinum": (79.0, 1.0, 15.0),
    "gray": (53.0, 0.0, 1.5),
    "white": (81.0, 0.0, 3.0),
    "pink": (60.0, 43.0, -4.0),
    "blue": (38.0, 6.0, -42.0),
    "purple": (35.0, 37.0, -33.0),
    "green": (50.0, -37.0, 27.0),
}
