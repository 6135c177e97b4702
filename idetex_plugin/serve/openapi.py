"""OpenAPI 3.1 of the service, made from the records that it answers with."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import models_json_schema

from idetex_plugin import __version__
from idetex_plugin.words.assessment import Assessment
from idetex_plugin.words.verdict import Verdict

PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>idetex serve</title>
<h1>idetex serve</h1>
<p>Send photos as multipart/form-data, or paths below the root as JSON. <a href="/openapi.json">OpenAPI</a>,
<a href="/health">health</a>, <a href="/metrics">metrics</a>.</p>
<pre>curl -F original=@hero.png -F compressed=@hero.webp -F policy=web http://127.0.0.1:8008/v1/gate
curl -F photo=@hero.jpg http://127.0.0.1:8008/v1/assess</pre></html>
"""
REFUSALS = {
    400: "The body cannot be read, or a field is missing.", 401: "The bearer token is missing or wrong.",
    403: "A path outside the root.", 408: "The body came too slowly.", 413: "The body is too large.",
    415: "Neither multipart/form-data nor application/json.", 500: "The engine failed.",
    503: "Too many requests are under way; try again after Retry-After seconds.", 504: "No answer in time.",
}  # fmt: skip
FILE = {"type": "string", "format": "binary"}
TEXT = {"type": "string"}


def description() -> dict[str, Any]:
    """The document."""
    models: list[Any] = [(Assessment, "serialization"), (Verdict, "serialization")]
    _, schemas = models_json_schema(models, ref_template="#/components/schemas/{model}")
    return {
        "openapi": "3.1.0",
        "info": {"title": "idetex serve", "version": __version__},
        "paths": {
            "/v1/assess": {"post": _operation("Assess a photo.", "Assessment", ["photo"], {})},
            "/v1/gate": {
                "post": _operation(
                    "May a copy ship?", "Verdict", ["compressed"],
                    {"original": "what it was made from", "policy": "web, thumbnail, archive or print"},
                )
            },
        },
        "components": {"schemas": schemas["$defs"], "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
    }  # fmt: skip


def _operation(summary: str, answer: str, needed: list[str], more: dict[str, str]) -> dict[str, Any]:
    def body(photo: dict[str, str]) -> dict[str, Any]:
        fields = dict.fromkeys(needed, photo)
        fields |= {name: {**(TEXT if name == "policy" else photo), "description": said} for name, said in more.items()}
        return {"schema": {"type": "object", "required": needed, "properties": fields}}

    refused = {str(status): {"description": words} for status, words in REFUSALS.items()}
    schema = {"schema": {"$ref": f"#/components/schemas/{answer}"}}
    return {
        "summary": summary,
        "requestBody": {
            "required": True, "content": {"multipart/form-data": body(FILE), "application/json": body(TEXT)},
        },
        "responses": {"200": {"description": answer, "content": {"application/json": schema}}, **refused},
    }  # fmt: skip
