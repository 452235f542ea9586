"""Brings packs to platforms that have sticker sets.

``sets``: what such a platform can do. ``steps``: what to ask it next. ``requests``: asking, and
finding out what came of it. ``telling``: the message that tells how a pack stands. ``takedown``:
what is to go. ``publisher``: all of it, for one platform.
"""
