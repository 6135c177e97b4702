"""A tokenizer for a tiny checkpoint of any family, and weights whose replies can be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parents[2] / "docs"
VOCABULARY = 1200
LOUD = 3.0
ENDS = ('"', "]", "}")


def tokenizer(
    special: Sequence[str], *, end: str, pad: str, begin: str | None = None, plain: Sequence[str] = (),
    named: Mapping[str, str] | None = None,
) -> Any:
    """Byte-level BPE learnt from this repository's documentation, with a family's own special tokens.

    end: ends a turn. plain: further whole tokens which a reply may hold, such as the marks of the thinking.
    named: special tokens that the family's processor looks up by a name of its own.
    """
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
    from transformers import PreTrainedTokenizerFast

    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    every = list(dict.fromkeys([pad, end, *filter(None, [begin]), *special, *(named or {}).values()]))
    trainer: Any = trainers.BpeTrainer(
        vocab_size=VOCABULARY, special_tokens=every, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
    )
    core.train_from_iterator([page.read_text("utf-8") for page in sorted(DOCS.glob("*.md"))], trainer)
    core.add_tokens([AddedToken(word, normalized=False, special=False) for word in plain])
    marks: dict[str, Any] = {} if begin is None else {"bos_token": begin}
    extra: Any = dict(named) if named else [mark for mark in every if mark not in {pad, end, begin}]
    return PreTrainedTokenizerFast(
        tokenizer_object=core, eos_token=end, pad_token=pad, extra_special_tokens=extra, padding_side="left",
        clean_up_tokenization_spaces=False, **marks,
    )


def rows(words: Any) -> int:
    """Rows of the embeddings: more than there are tokens, as in large checkpoints."""
    return -(-len(words) // 64) * 64


def save(
    folder: Path, model: Any, processor: Any, renamed: Mapping[str, str] | None = None, turned: str = ""
) -> None:
    """Write the checkpoint with random weights, as vLLM and transformers both load it.

    renamed: beginnings of names that published checkpoints have otherwise than transformers writes them. turned: what
    the names hold of weights whose last two dimensions published checkpoints have in the other order.
    """
    words = processor.tokenizer
    randomise(model, words, [words.eos_token])
    ends = {"bos_token_id": words.bos_token_id, "eos_token_id": words.eos_token_id, "pad_token_id": words.pad_token_id}
    text = model.config.get_text_config()
    for name, value in ends.items():
        setattr(text, name, value)
    model.generation_config.update(do_sample=False, **ends)
    processor.save_pretrained(folder)
    model.save_pretrained(folder)
    if renamed or turned:
        _as_published(folder / "model.safetensors", renamed or {}, turned)


def _as_published(file: Path, renamed: Mapping[str, str], turned: str) -> None:
    from safetensors.torch import load_file, save_file

    weights = {}
    for name, weight in load_file(file).items():
        begin = next(filter(name.startswith, renamed), "")
        turn = bool(turned) and turned in name
        weights[renamed.get(begin, "") + name.removeprefix(begin)] = weight.mT.contiguous() if turn else weight
    save_file(weights, file, {"format": "pt"})


def randomise(model: Any, words: Any, ends: Iterable[str], seed: int = 0) -> None:
    """Random weights under which greedy replies depend on the picture, are text, and end.

    What ends a turn, a string or a list of JSON is louder than the rest; special tokens and single bytes of longer
    characters are never said. Where the output's weights are those of the input, these are small, since a reply would
    else repeat its last token.
    """
    import torch

    torch.manual_seed(seed)
    head = model.get_output_embeddings().weight
    embedded = 0.05 if head is model.get_input_embeddings().weight else 1.0
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim > 1:
                weight.normal_(std=embedded if "embed" in name else weight.shape[1:].numel() ** -0.5)
        turns = dict.fromkeys(ends)
        for token, row in words.get_vocab().items():
            text = words.decode([row])
            if token in turns or text.strip().endswith(ENDS):
                head[row] *= LOUD
            elif token in words.all_special_tokens or "\ufffd" in text:
                head[row] = 0
        head[len(words) :] = 0
