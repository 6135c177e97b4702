from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import torch
from engines.tiny import tiny_model, tiny_tokenizer
from lab.training.finetune.tiny import save_talks, save_tiny
from safetensors.torch import load_file

from idetex_plugin.cards.registry import get_card
from idetex_plugin.lab.data.vida import Conversation
from idetex_plugin.lab.training.finetune.collate import IGNORED, Collator
from idetex_plugin.lab.training.finetune.config import FinetuneConfig, built_in, read_finetune
from idetex_plugin.lab.training.finetune.conversations import Talks, order
from idetex_plugin.lab.training.finetune.model import groups, load, tuned, with_adapters
from idetex_plugin.lab.training.finetune.run import finetune
from idetex_plugin.lab.training.mixing import Mixing

CARD = 'name = "small"\ntitle = "Small"\ndialect = "json"\nmin_pixels = 1024\nmax_pixels = 4096\npixel_multiple = 32\n'


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("base")
    save_tiny(folder)
    (folder / "idetex.toml").write_text(CARD)
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    save_talks(folder)
    return folder


def config_of(base: Path, **changes: Any) -> FinetuneConfig:
    values: dict[str, Any] = {
        "card": str(base), "batch": 4, "micro_batch": 2, "rate": 0.02, "vision_rate": 1e-3, "merger_rate": 1e-3,
        "bf16": False, "workers": 0, "warmup": 0, "lora": {"rank": 8, "alpha": 16},
    }  # fmt: skip
    return FinetuneConfig.model_validate({**values, **changes})


def loss_of(model: Any, batch: dict[str, torch.Tensor]) -> float:
    with torch.no_grad():
        return float(model.eval()(**batch).loss)


@pytest.mark.parametrize(
    "changes", [{}, {"vision_rate": 0, "merger_rate": 0, "lora": {"on": "all", "rank": 8, "alpha": 16}}]
)
def test_the_loss_falls_and_the_merged_checkpoint_says_what_the_adapter_said(
    base: Path, data: Path, tmp_path: Path, changes: dict[str, Any]
) -> None:
    from peft import PeftModel
    from transformers import AutoModelForImageTextToText

    config = config_of(base, epochs=6, **changes)
    said: list[str] = []
    folder = finetune(config, data, data, tmp_path / "out", said.append)
    assert "detection" in said[0]
    model, processor = load(config, str(base))
    talks = Talks(data, data, 1, 1)
    batch = Collator(processor, get_card(base), 4000)([talks[at] for at in range(4)])
    before = loss_of(model, batch)
    adapted = PeftModel.from_pretrained(model, str(tmp_path / "out" / "adapter")).eval()
    merged = AutoModelForImageTextToText.from_pretrained(folder).eval()
    after = loss_of(merged, batch)
    assert after < before - 0.3
    with torch.no_grad():
        assert torch.allclose(adapted(**batch).logits, merged(**batch).logits, atol=1e-4)
    card = get_card(folder)
    assert (card.dialect, card.max_pixels, card.name) == ("vida", 4096, "out")


def test_a_run_that_is_stopped_resumes_to_the_same_adapter(base: Path, data: Path, tmp_path: Path) -> None:
    config, out = config_of(base, epochs=2, save_steps=2), tmp_path / "out"
    finetune(config, data, data, out, lambda _: None)
    whole = load_file(out / "adapter" / "adapter_model.safetensors")
    shutil.rmtree(out / "state" / "checkpoint-4")
    shutil.rmtree(out / "adapter")
    finetune(config, data, data, out, lambda _: None)
    again = load_file(out / "adapter" / "adapter_model.safetensors")
    assert all(torch.equal(weight, again[name]) for name, weight in whole.items())


def test_another_recipe_or_other_conversations_do_not_go_on_from_a_folders_states(
    base: Path, data: Path, tmp_path: Path
) -> None:
    out, own = tmp_path / "out", tmp_path / "own"
    shutil.copytree(data, own)
    config = config_of(base)
    finetune(config, own, own, out, lambda _: None)
    before = (out / "adapter" / "adapter_model.safetensors").read_bytes()
    other = config_of(base, seed=7, lora={"rank": 4, "alpha": 16})
    with pytest.raises(ValueError, match=f"{out} holds another run, which differs in seed, lora.rank: choose another"):
        finetune(other, own, own, out, lambda _: None)
    talks = next(own.glob("*.jsonl"))
    talks.write_text(talks.read_text() * 2)
    with pytest.raises(ValueError, match="differs in conversations"):
        finetune(config, own, own, out, lambda _: None)
    assert (out / "adapter" / "adapter_model.safetensors").read_bytes() == before


def test_only_answers_are_learned(base: Path, data: Path) -> None:
    _, processor = load(config_of(base), str(base))
    collator = Collator(processor, get_card(base), 4000)
    _, image = Talks(data, data, 1, 1)[0]
    said = [("human", "<image>\nWhere?"), ("gpt", "Here."), ("human", "Sure?"), ("gpt", "Yes.")]
    spoken = [{"from": role, "value": value} for role, value in said]
    talk = Conversation.model_validate({"id": "1", "image": "0.png", "system": "Judge.", "conversations": spoken})
    inputs = collator.encode(talk, image)
    labels = inputs["labels"][0]
    learned = processor.tokenizer.decode(inputs["input_ids"][0][labels != IGNORED])
    assert learned.replace("\n", "") == "Here.<|im_end|>Yes.<|im_end|>"
    batch = collator([(talk, image), Talks(data, data, 1, 1)[1]])
    assert batch["labels"].shape == batch["input_ids"].shape == batch["attention_mask"].shape
    assert set(batch["labels"][batch["attention_mask"] == 0].tolist()) <= {IGNORED}
    with pytest.raises(ValueError, match=r"conversation 1 has .* max_tokens is 9"):
        Collator(processor, get_card(base), 9).encode(talk, image)


def test_each_part_learns_at_its_own_rate(base: Path) -> None:
    config = config_of(base, merger_rate=2e-3)
    model, _ = load(config, str(base))
    rates = {each["lr"] for each in groups(with_adapters(model, config), config)}
    assert rates == {0.02, 1e-3, 2e-3}
    still = config_of(base, vision_rate=0)
    model, _ = load(still, str(base))
    learning = [name for name, weight in with_adapters(model, still).named_parameters() if weight.requires_grad]
    assert all("lora_" in name or "merger" in name for name in learning)
    assert any("merger" in name for name in learning)
    assert not any("visual" in name and "lora_" in name for name in learning)


def test_the_language_model_is_found_where_it_is_called_a_text_model() -> None:
    config = FinetuneConfig.model_validate({"card": "smolvlm2-2.2b", "bf16": False, "lora": {"rank": 2, "alpha": 2}})
    made = with_adapters(tiny_model(tiny_tokenizer()), config)
    learning = [name for name, weight in made.named_parameters() if weight.requires_grad]
    assert learning and all("text_model" in name and "lora_" in name for name in learning)


def test_the_template_is_told_what_the_card_says(base: Path, data: Path, tmp_path: Path) -> None:
    """Else a template that opens the thinking would put the answer to learn inside of it."""
    from families.chat import chatml_thinking

    folder = shutil.copytree(base, tmp_path / "base")
    (folder / "chat_template.jinja").write_text(chatml_thinking("<|vision_start|><|image_pad|><|vision_end|>"))
    (folder / "idetex.toml").write_text(CARD + "\n[template_arguments]\nenable_thinking = false\n")
    _, processor = load(config_of(folder), str(folder))
    talk, image = Talks(data, data, 1, 1)[0]
    inputs = Collator(processor, get_card(folder), 4000).encode(talk, image)
    learned = processor.tokenizer.decode(inputs["input_ids"][0][inputs["labels"][0] != IGNORED])
    assert learned.startswith(talk.said[1].value[:10]) and "<think>" not in learned


@pytest.mark.parametrize("shape", ["speakers", "onevision", "glm_4", "gemma_4"])
def test_answers_are_found_in_templates_that_write_them_otherwise_than_they_ask(
    base: Path, data: Path, tmp_path: Path, shape: str
) -> None:
    from families import chat

    folder = shutil.copytree(base, tmp_path / "base")
    image_text = "<|vision_start|><|image_pad|><|vision_end|>"
    (folder / "chat_template.jinja").write_text(getattr(chat, shape)(image_text))
    _, processor = load(config_of(folder), str(folder))
    _, image = Talks(data, data, 1, 1)[0]
    said = [("human", "<image>\nWhere?"), ("gpt", "Here."), ("human", "Sure?"), ("gpt", "Yes.")]
    spoken = [{"from": role, "value": value} for role, value in said]
    talk = Conversation.model_validate({"id": "1", "image": "0.png", "conversations": spoken})
    inputs = Collator(processor, get_card(folder), 4000).encode(talk, image)
    learned = processor.tokenizer.decode(inputs["input_ids"][0][inputs["labels"][0] != IGNORED])
    assert "Here." in learned and "Yes." in learned and "Where" not in learned and "Sure" not in learned


def test_the_order_sees_everything_once_or_by_weight() -> None:
    plain, _ = order({"a": 3, "b": 2}, 2, 1)
    assert sorted(plain[:5]) == sorted(plain[5:]) == [("a", 0), ("a", 1), ("a", 2), ("b", 0), ("b", 1)]
    mixed, table = order({"a": 30, "b": 20}, 4, 1, Mixing(weights={"a": 0}))
    assert {kind for kind, _ in mixed} == {"b"} and "200" in table
    assert sorted(number for _, number in mixed[:20]) == list(range(20))
    assert order({"a": 3, "b": 2}, 2, 1, Mixing()) == order({"a": 3, "b": 2}, 2, 1, Mixing())


def test_missing_data_is_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no conversations"):
        Talks(tmp_path, tmp_path, 1, 1)
    with pytest.raises(ValueError, match=r"2 of 2 images are not below .*, such as 0\.png"):
        Talks(data, tmp_path, 1, 1)


def test_recipes_are_read_by_name_and_faults_are_named(tmp_path: Path) -> None:
    assert built_in() == ["qwen2-vl", "qwen3-vl"]
    for name in built_in():
        get_card(read_finetune(Path(name)).card)
    published = read_finetune(Path("qwen2-vl"))
    assert (published.vision_rate, published.merger_rate, published.rate) == (1e-6, 1e-5, 1e-4)
    with pytest.raises(ValueError, match="no recipe of qwen2-vl, qwen3-vl"):
        read_finetune(Path("qwen9"))
    (tmp_path / "a.toml").write_text('card = "x"\nrate = -1\n')
    with pytest.raises(ValueError, match=r"a\.toml: rate"):
        read_finetune(tmp_path / "a.toml")
    with pytest.raises(ValueError, match="must be 0"):
        FinetuneConfig(card="x", vision_rate=1, lora={"on": "all"})


def test_bounds_chosen_for_other_replies_are_not_on_the_card_of_a_tuned_checkpoint() -> None:
    card = tuned(get_card("nano"), "mine")
    assert (card.name, card.dialect, card.checkpoint) == ("mine", "vida", ".")
    assert (card.doubt, card.thresholds, card.evidence, card.level_pull) == (None, {}, {}, (0.0, 0.0))
