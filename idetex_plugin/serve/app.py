"""The service: `POST /v1/assess`, `POST /v1/gate`, `GET /health`, `/metrics`, `/openapi.json`."""

from __future__ import annotations

import asyncio
import hmac
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from idetex_plugin.assessing.assessor import Assessor
from idetex_plugin.gating.pairs import Pair
from idetex_plugin.serve.bodies import Said, read
from idetex_plugin.serve.limits import Refused, ServiceLimits
from idetex_plugin.serve.openapi import PAGE, description
from idetex_plugin.serve.work import Worker
from idetex_plugin.words.policy import PolicyError

CLOSED = 499
"""The caller went away; the status that servers log for it."""
RECENT = 0.1
"""The share of the last answer in `Service.usual_s`."""
Handler = Callable[[Said], Future[Any]]


class Endpoints:
    """The routes over one worker. Close it with `app`'s lifespan."""

    def __init__(self, assessor: Assessor, limits: ServiceLimits, policy: str = "web") -> None:
        self.limits, self.policy = limits, policy
        self.worker = Worker(assessor)
        self.under_way = 0
        self.usual_s = 0.0
        """Seconds until an answer, of late."""
        self.registry = CollectorRegistry()
        self.answers = Counter(
            "idetex_answers", "Answers by route and status.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram("idetex_seconds", "Seconds until an answer.", ["route"], registry=self.registry)
        waiting = Gauge("idetex_under_way", "Requests received, waiting or judged.", registry=self.registry)
        waiting.set_function(lambda: self.under_way)
        self.verdicts = Counter("idetex_verdicts", "Verdicts by outcome.", ["outcome"], registry=self.registry)

    async def assess(self, request: Request) -> Response:
        """One photo to an assessment."""
        return await self._answered(request, "assess", self._assessing)

    async def gate(self, request: Request) -> Response:
        """An original and its copy, or a copy alone, to a verdict."""
        return await self._answered(request, "gate", self._judging)

    async def health(self, _: Request) -> Response:
        """Whether it can answer, and how busy it is. 503 with the reason while the engine answers nothing."""
        said = {"status": self.worker.dead or "ok", "under_way": self.under_way, "queue": self.limits.queue}
        return JSONResponse(said, 503 if self.worker.dead else 200)

    async def metrics(self, request: Request) -> Response:
        """For Prometheus."""
        try:
            self._admit(request)
        except Refused as refused:
            return _refusal(refused)
        return Response(generate_latest(self.registry), media_type=CONTENT_TYPE_LATEST)

    def _assessing(self, said: Said) -> Future[Any]:
        if "photo" not in said.photos:
            raise Refused(400, "the field photo is missing")
        return self.worker.assess(said.photos["photo"])

    def _judging(self, said: Said) -> Future[Any]:
        if "compressed" not in said.photos:
            raise Refused(400, "the field compressed is missing")
        name = said.names["compressed"]
        original_name = said.names.get("original")
        pair = Pair.named(
            name, said.photos.get("original"), said.photos["compressed"], original_name=original_name
        )
        policy = said.words.get("policy", self.policy)
        if policy != self.policy and policy.endswith(".toml"):
            raise Refused(403, "policies are named: web, thumbnail, archive, print")
        try:
            return self.worker.judge(pair, policy)
        except PolicyError as error:
            raise Refused(400, str(error)) from None

    def _admit(self, request: Request) -> None:
        if self.limits.token:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, f"Bearer {self.limits.token}".encode()):
                raise Refused(401, "the bearer token is missing or wrong")

    async def _answered(self, request: Request, route: str, handle: Handler) -> Response:
        began = time.perf_counter()
        response = await self._counted(request, handle)
        spent = time.perf_counter() - began
        if response.status_code == 200:
            self.usual_s = self.usual_s + RECENT * (spent - self.usual_s) if self.usual_s else spent
        self.seconds.labels(route).observe(spent)
        self.answers.labels(route, str(response.status_code)).inc()
        return response

    async def _counted(self, request: Request, handle: Handler) -> Response:
        try:
            self._admit(request)
            if self.under_way >= self.limits.queue:
                raise Refused(503, "too many requests are under way")
            self.under_way += 1
            try:
                return await self._result(request, handle)
            finally:
                self.under_way -= 1
        except Refused as refused:
            return _refusal(refused, self.retry_s())
        except ClientDisconnect:
            return Response(status_code=CLOSED)

    def retry_s(self) -> int:
        """Half of what an answer has taken of late: by then half of a full queue is done."""
        return min(self.limits.retry_most_s, max(self.limits.retry_s, round(self.usual_s / 2)))

    async def _result(self, request: Request, handle: Handler) -> Response:
        future = asyncio.wrap_future(handle(await read(request, self.limits)))
        gone = asyncio.ensure_future(_gone(request))
        await asyncio.wait({future, gone}, timeout=self.limits.answer_s, return_when=asyncio.FIRST_COMPLETED)
        if not future.done():
            future.cancel()
            if gone.done():
                raise ClientDisconnect
            gone.cancel()
            raise Refused(504, f"no answer within {self.limits.answer_s:g} seconds")
        gone.cancel()
        try:
            result = future.result()
        except Exception as error:
            raise Refused(500, f"{type(error).__name__}: {error}") from error
        if hasattr(result, "outcome"):
            self.verdicts.labels(str(result.outcome)).inc()
        return JSONResponse(result.model_dump(mode="json"))


async def _gone(request: Request) -> None:
    """Return when the caller has gone away. To be asked once the body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _refusal(refused: Refused, retry_s: int = 1) -> Response:
    headers = {503: {"retry-after": str(retry_s)}, 401: {"www-authenticate": "Bearer"}}.get(refused.status, {})
    return JSONResponse({"error": str(refused)}, refused.status, headers)


def make_app(assessor: Assessor, limits: ServiceLimits | None = None, policy: str = "web") -> Starlette:
    """The ASGI application over this assessor, which it does not close."""
    service = Endpoints(assessor, limits or ServiceLimits(), policy)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await asyncio.to_thread(service.worker.close)

    async def openapi(_: Request) -> Response:
        return JSONResponse(description())

    async def page(_: Request) -> Response:
        return HTMLResponse(PAGE)

    handlers: dict[str, tuple[Callable[[Request], Awaitable[Response]], str]] = {
        "/v1/assess": (service.assess, "POST"), "/v1/gate": (service.gate, "POST"), "/health": (service.health, "GET"),
        "/metrics": (service.metrics, "GET"), "/openapi.json": (openapi, "GET"), "/": (page, "GET"),
    }  # fmt: skip
    routes = [Route(path, handler, methods=[method]) for path, (handler, method) in handlers.items()]
    return Starlette(routes=routes, lifespan=lifespan)
