"""Replies in the shape of a JSON schema, for the transformers engine: the same grammars as vLLM's, from xgrammar."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from idetex_plugin.words.extras import extra


class Grammars:
    """Compiles schemas for one tokenizer. Imports xgrammar; raises ImportError with the command that installs it."""

    def __init__(self, tokenizer: Any, vocabulary_size: int) -> None:
        with extra("local", "a reply under a JSON schema"):
            import xgrammar
        info = xgrammar.TokenizerInfo.from_huggingface(tokenizer, vocab_size=vocabulary_size)
        self._compiler = xgrammar.GrammarCompiler(info, max_threads=1)

    def compile(self, schema: Mapping[str, Any]) -> Any:
        """The grammar of JSON by this schema, without free white space. Cached. RuntimeError for a bad schema."""
        return self._compiler.compile_json_schema(json.dumps(schema), any_whitespace=False, separators=(",", ":"))

    def processor(self, schemas: Sequence[Mapping[str, Any]]) -> Any:
        """A logits processor for one call of generate: row i follows schema i."""
        from xgrammar.contrib.hf import LogitsProcessor

        return LogitsProcessor([self.compile(schema) for schema in schemas])
