"""The embedded checkpoint's tokenizer: byte-level BPE for any text, whole tokens for every word of its grammar."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import PreTrainedTokenizerFast

from idetex_plugin.dialects import nano
from idetex_plugin.words.box import POSITIONS
from idetex_plugin.words.vocabulary import NOT_VISIBLE, VIDA, Level, Severity

PAD, BOS, EOS, UTTERANCE = "<pad>", "<bos>", "<eos>", "<end_of_utterance>"
IMAGE, FAKE, GLOBAL = "<image>", "<fake_token_around_image>", "<global-img>"
TASKS = (
    nano.DETECT, nano.AFFECTS, nano.LOCATE, nano.ASK, nano.OPTIONS, nano.OR, nano.LEVEL, nano.DESCRIBE, nano.ANSWER,
)


def build_tokenizer(texts: Iterable[str], bins: int, merges: int) -> PreTrainedTokenizerFast:
    """Train the byte-level part on `texts`; add the grammar's words and the location tokens <p0> … <p`bins`>."""
    core = Tokenizer(models.BPE())
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer: Any = trainers.BpeTrainer(
        vocab_size=256 + merges, special_tokens=[PAD, BOS, EOS, UTTERANCE, FAKE, GLOBAL, IMAGE],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False,
    )
    core.train_from_iterator(texts, trainer)
    core.add_tokens([AddedToken(word, normalized=False, special=False) for word in (*TASKS, *places(bins))])
    core.add_tokens([AddedToken(word, normalized=False, special=False, single_word=True) for word in words()])
    return PreTrainedTokenizerFast(
        tokenizer_object=core, pad_token=PAD, bos_token=BOS, eos_token=EOS, padding_side="left",
        additional_special_tokens=[UTTERANCE, FAKE, GLOBAL, IMAGE], clean_up_tokenization_spaces=False,
    )


def places(bins: int) -> list[str]:
    """The location tokens in order."""
    return [f"<p{border}>" for border in range(bins + 1)]


def words() -> list[str]:
    """Words of the grammar that are one token each."""
    fixed = [*VIDA.names, *Severity, NOT_VISIBLE, *Level, *POSITIONS, nano.NONE]
    return list(dict.fromkeys(str(word) for word in fixed))
