"""Our assessor in another project's pluggy manager."""

import asyncio
from typing import Any

import pluggy
import pytest
from PIL import Image
from standins import WindowEngine, nano_says

from idetex_plugin import Assessor
from idetex_plugin.pipeline.host import as_async_plugin, as_plugin
from idetex_plugin.pipeline.pipeline import Pipeline
from idetex_plugin.plugins.manager import Hooks

PHOTO = Image.new("RGB", (64, 48), (90, 120, 150))
hookspec = pluggy.HookspecMarker("shop")


class Specs:
    """The hooks of the other project."""

    @hookspec
    def image_saved(self, picture: Any, source: Any, size: int) -> Any: ...


@pytest.fixture
def shop() -> pluggy.PluginManager:
    manager = pluggy.PluginManager("shop")
    manager.add_hookspecs(Specs)
    return manager


@pytest.fixture
def pipeline() -> Pipeline:
    return Pipeline("shop", assessor=Assessor(engine=WindowEngine(answer=nano_says), hooks=Hooks()))


def saved(shop: pluggy.PluginManager) -> Any:
    return shop.hook.image_saved(picture=PHOTO, source=None, size=64)


def test_their_hook_with_their_arguments(shop: pluggy.PluginManager, pipeline: Pipeline) -> None:
    plugin = as_plugin(
        "shop", pipeline,
        image_saved=lambda pipeline, size, picture: (size, pipeline.assess(picture).regions[0].distortion),
    )  # fmt: skip
    shop.register(plugin)
    assert saved(shop) == [(64, "Noise")]
    shop.unregister(plugin)
    assert saved(shop) == []


def test_verdicts(shop: pluggy.PluginManager, pipeline: Pipeline) -> None:
    shop.register(as_plugin("shop", pipeline, image_saved=lambda ours, picture: ours.after_compression(None, picture)))
    [verdict] = saved(shop)
    assert verdict.outcome == "reject"


def test_their_manager_refuses_arguments_that_it_does_not_have(shop: pluggy.PluginManager, pipeline: Pipeline) -> None:
    plugin = as_plugin("shop", pipeline, image_saved=lambda pipeline, path: pipeline.assess(path))
    with pytest.raises(pluggy.PluginValidationError, match="path"):
        shop.register(plugin)


def test_what_nothing_would_await_is_refused(shop: pluggy.PluginManager, pipeline: Pipeline) -> None:
    async def later(pipeline: Any, picture: Any) -> Any:
        return await pipeline.assess(picture)

    with pytest.raises(TypeError, match="image_saved is async, and shop would not await it: use as_async_plugin"):
        as_plugin("shop", pipeline, image_saved=later)
    shop.register(as_plugin("shop", pipeline, image_saved=lambda ours, picture: later(ours, picture=picture)))
    with pytest.raises(TypeError, match="image_saved gave coroutine, which nothing would await"):
        saved(shop)


def test_a_host_that_awaits(shop: pluggy.PluginManager, pipeline: Pipeline) -> None:
    async def judge(pipeline: Any, picture: Any) -> Any:
        assessment = await pipeline.assess(picture)
        return assessment.state, (await pipeline.after_compression(None, picture)).outcome

    shop.register(as_async_plugin("shop", pipeline, image_saved=judge))

    async def host() -> list[Any]:
        return await asyncio.gather(*saved(shop))

    assert asyncio.run(host()) == [("ok", "reject")]
    with pytest.raises(TypeError, match="image_saved is not async"):
        as_async_plugin("shop", pipeline, image_saved=lambda pipeline, picture: None)


def test_only_functions_can_be_bound(pipeline: Pipeline) -> None:
    with pytest.raises(TypeError, match="image_saved is no plain function"):
        as_plugin("shop", pipeline, image_saved=pipeline.assess)
