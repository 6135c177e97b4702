"""How much a description's words overlap with a reference's. Overlap is not truth: read it after the other measures.

BLEU: sacreBLEU's corpus BLEU, 0..100, with the signature that says how it was computed (Post 2018). ROUGE-1, -2, -L:
mean F1 over descriptions, 0..100 (Lin 2004), by torchmetrics.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

KEYS = ("rouge1", "rouge2", "rougeL")


@dataclass(frozen=True, slots=True)
class TextScore:
    """Over `texts` descriptions, 0..100."""

    texts: int
    bleu: float
    bleu_signature: str
    rouge1: float
    rouge2: float
    rouge_l: float


def text_scores(references: Sequence[str], written: Sequence[str]) -> TextScore:
    """Raises ValueError for no texts and for lists of different lengths, ImportError without the eval extra."""
    from sacrebleu.metrics import BLEU
    from torchmetrics.functional.text import rouge_score

    if not references or len(references) != len(written):
        raise ValueError(f"{len(references)} references and {len(written)} texts cannot be compared")
    bleu = BLEU()
    score = bleu.corpus_score(list(written), [list(references)])
    rouge = rouge_score(list(written), list(references), rouge_keys=KEYS)
    one, two, longest = (100 * float(rouge[f"{key}_fmeasure"]) for key in KEYS)
    return TextScore(len(references), float(score.score), str(bleu.get_signature()), one, two, longest)
