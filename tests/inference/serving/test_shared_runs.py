"""Network calls of concurrent jobs, answered together."""

import asyncio
from dataclasses import replace
from uuid import uuid4

import numpy as np
import pytest

from inference.family import Chance, Picture
from inference.models.calls import Call
from inference.models.networks import Networks
from inference.models.runtime import Runtime, open_networks
from inference.models.weights import Store
from inference.pictures.images import decode
from inference.serving.pipeline import Pipeline
from inference.serving.registry import FAMILIES
from inference.settings import InferenceSettings
from storage.contract.failures import Failure
from storage.contract.jobs import Done, Failed
from tests import patience
from tests.inference.serving.jobs import Files, job


class Adding:
    """A network that adds one and remembers how many items each run had."""

    bytes = 1

    def __init__(self, batched):
        self.batched = batched
        self.sizes = []

    def run(self, inputs):
        self.sizes.append(len(inputs["x"]))
        return {"y": inputs["x"] + 1}


def beside_real(fakes):
    """Networks of a test's own, and the real ones for faces."""
    real = Runtime(Store(InferenceSettings().cache_dir))
    return Networks(lambda name: fakes.get(name) or real.open(name), budget=1 << 30)


class Counting:
    """A family that adds one in both networks, several items at once, and shows the sum."""

    kind = "cutout"

    def make(self, subject, settings, picture=None):
        assert picture is None
        assert settings == ()
        assert isinstance(subject, Chance) or subject.image.shape[2] == 3
        first = yield Call("batched", {"x": np.arange(6, dtype=np.float32).reshape(3, 2)})
        second = yield Call("single", {"x": first["y"]})
        third = yield Call("batched", {"x": second["y"]})
        value = third["y"].sum()
        return Picture((np.full((8, 8, 4), value, np.uint8),), facts={"sum": float(value)})


async def test_calls_of_jobs_share_runs(photo):
    """Items of concurrent jobs meet in one run of a network that gains by it, and only there."""
    both = {"batched": Adding(batched=True), "single": Adding(batched=False)}
    settings = InferenceSettings(concurrency=4, batch_wait_ms=2000, batch=12)
    pipeline = Pipeline(settings, beside_real(both), {"cutout": Counting()})
    photo_id, files = uuid4(), Files(photo)
    results = await asyncio.gather(*(pipeline.run(job(photo_id=photo_id), files) for _ in range(4)))
    pipeline.close()
    assert both["batched"].sizes == [12, 12]
    assert both["single"].sizes == [3] * 4
    for outcome in results:
        assert outcome.facts == {"sum": 33.0}
        assert (decode(outcome.picture)[0, 0] >= 33).all()


async def test_who_is_alone_waits_for_nobody(photo):
    """Without another job at work a call is answered at once, however long it might wait."""
    both = {"batched": Adding(batched=True), "single": Adding(batched=False)}
    settings = InferenceSettings(concurrency=1, batch_wait_ms=3_600_000)
    pipeline = Pipeline(settings, beside_real(both), {"cutout": Counting()})
    async with patience.limit():
        outcome = await pipeline.run(job(), Files(photo))
    pipeline.close()
    assert isinstance(outcome, Done)


async def test_a_failing_network_fails_its_job(photo):
    """What a network raises comes out of the job that called it, and the next job is served."""

    class Broken(Adding):
        def run(self, inputs):
            if not self.sizes:
                self.sizes.append(0)
                raise MemoryError
            return super().run(inputs)

    both = {"batched": Broken(batched=True), "single": Adding(batched=False)}
    pipeline = Pipeline(InferenceSettings(), beside_real(both), {"cutout": Counting()})
    with pytest.raises(MemoryError):
        await pipeline.run(job(), Files(photo))
    outcome = await pipeline.run(job(), Files(photo))
    pipeline.close()
    assert isinstance(outcome, Done)


async def test_warm_up(photo):
    """A cut-out loads no network that warming up did not."""
    settings = InferenceSettings(concurrency=1)
    fresh = open_networks(settings)
    pipeline = Pipeline(settings, fresh)
    assert fresh.loaded == ()
    pipeline.warm_up()
    loaded = set(fresh.loaded)
    await pipeline.run(job(), Files(photo))
    pipeline.close()
    assert set(fresh.loaded) == loaded


async def test_a_picture_of_nobody_needs_no_photo():
    """A job without photo and avatar reaches its family, which may refuse it."""
    both = {"batched": Adding(batched=True), "single": Adding(batched=False)}
    families = {"cutout": Counting(), "expression": FAMILIES["expression"]()}
    pipeline = Pipeline(InferenceSettings(concurrency=1), beside_real(both), families)
    nobody = replace(job("cutout"), photo_id=None)
    none = Files()
    outcome = await pipeline.run(nobody, none)
    assert isinstance(outcome, Done)
    nobody = replace(job("expression"), photo_id=None)
    outcome = await pipeline.run(nobody, none)
    pipeline.close()
    assert outcome == Failed(Failure.BAD_REQUEST, {"kind": "expression"})
