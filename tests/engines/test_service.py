from __future__ import annotations

import asyncio

import pytest

from idetex_plugin.engines.faults import ServiceError, Trouble, TroubleError
from idetex_plugin.engines.retries import Backoff
from idetex_plugin.engines.service import Service

OTHER = TroubleError(Trouble.OTHER_MODEL, "it serves another model")


async def tripped(patience: float) -> None:
    async def check() -> None:
        raise OTHER

    service = Service("a server", check, patience=patience, backoff=Backoff(base=0.01, longest=0.02))
    trip = asyncio.create_task(service.trip(OTHER))
    await asyncio.sleep(0)
    service.answered()
    await asyncio.wait_for(trip, 20)


def test_an_answer_that_was_under_way_as_trouble_began_does_not_keep_the_service_waited_for_without_end() -> None:
    with pytest.raises(ServiceError, match="another model"):
        asyncio.run(tripped(0.2))
