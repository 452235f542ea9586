"""What is near to a wish that nobody makes: for each meaning three lines that can be made.

What people call these things stands in ``texts/``, under ``near``.
"""

from collections.abc import Mapping

NEARBY: Mapping[str, tuple[str, ...]] = {
    "mohawk": ("/edit hair undercut", "/edit hair spikes", "/edit hair quiff"),
    "mullet": ("/edit hair layers", "/edit hair tousled", "/edit hair shoulder-waves"),
    "ponytail": ("/edit hair top-knot", "/edit hair space-buns", "/edit hair box-braids"),
    "rasta": ("/edit hair dreadlocks", "/edit hair box-braids", "/edit hair twists"),
    "headscarf": ("/edit hat headband", "/edit hat beanie", "/hats"),
    "crown": ("/edit hat top-hat", "/edit hat cowboy", "/hats"),
    "goggles": ("/edit glasses round", "/edit glasses aviator", "/glasses"),
    "whiskers": ("/edit beard boxed 1", "/edit beard anchor 1", "/beards"),
    "beauty": (
        "/edit complexion smooth 0.7",
        "/edit eyes bright-eyes 0.7",
        "/edit makeup full 0.7",
    ),
    "ugliness": ("/sliders caricature", "/edit nose big-nose 1", "/expression tongue 0.8"),
    "monster": ("/edit paint skull 1", "/edit skin pale 0.7", "/cartoon munch 0.6"),
    "animal": ("/edit paint cat-paint 1", "/emoji cat", "/emoji big-ears"),
    "hero": ("/cartoon comic", "/edit jaw wide-jaw 0.7", "/cartoon noir"),
    "cubism": ("/cartoon stained-glass 0.6", "/cartoon kandinsky 0.6", "/cartoon mosaic 0.6"),
    "old-master": ("/cartoon oil 0.6", "/cartoon van-gogh 0.6", "/cartoon monet 0.6"),
    "studio": ("/cartoon anime", "/cartoon twin", "/emoji avataaars"),
    "shyness": ("/edit makeup blush 0.7", "/expression smirk 0.8", "/mood wink"),
    "boredom": ("/expression doubtful 0.8", "/expression frown 0.8", "/mood sleepy"),
    "excitement": ("/expression laugh 0.8", "/mood party", "/mood laugh"),
    "sickness": ("/mood dizzy", "/edit complexion tired 0.7", "/expression disgusted 0.8"),
    "calm": ("/expression neutral 0.8", "/expression doubtful 0.8", "/cartoon noir"),
    "villain": ("/expression smirk 0.8", "/expression angry 0.8", "/cartoon noir"),
    "background": ("/cutout", "/cartoon scene", "/cartoon ink ground circle"),
    "clothes": ("/wardrobe", "/emoji avataaars", "/cartoon flat"),
    "dance": ("/animate", "/mood party moving", "/animate smile 0.8 wink 0.8"),
}
"""Meaning -> canonical lines, the nearest first."""
