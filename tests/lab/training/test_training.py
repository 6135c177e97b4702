from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer

from idetex_plugin.cards.registry import get_card
from idetex_plugin.dialects.nano import NONE, NanoDialect
from idetex_plugin.lab.data.photos import listed
from idetex_plugin.lab.synthesis import Recipe
from idetex_plugin.lab.training import loop as loop_module
from idetex_plugin.lab.training import train as train_module
from idetex_plugin.lab.training.card import card_of
from idetex_plugin.lab.training.config import AugmentConfig, TrainConfig, read_config
from idetex_plugin.lab.training.data import Stream
from idetex_plugin.lab.training.dense import average_precision
from idetex_plugin.lab.training.dialogue import Dialogues, in_order
from idetex_plugin.lab.training.model import build, cosine_basis
from idetex_plugin.lab.training.packing import IGNORED, Packed, Packer
from idetex_plugin.lab.training.reader import Scale, read, reader_loss, scales, soft_cross_entropy
from idetex_plugin.lab.training.tokenizer import build_tokenizer, places, words
from idetex_plugin.lab.training.train import train, train_in_turn
from idetex_plugin.words.card import EMBEDDED_FOLDER
from idetex_plugin.words.request import Reply, Views
from idetex_plugin.words.vocabulary import VIDA
from tests.lab.training.trained import stopped_at, weights


def test_a_run_that_is_stopped_resumes_to_the_same_weights(recipe: Path) -> None:
    config, digest = read_config(recipe)
    whole = weights(train(config, digest, recipe.parent, recipe.parent / "whole", lambda _: None))
    eager = config.model_copy(update={"save_minutes": 0.0})
    with stopped_at(7):
        train(eager, digest, recipe.parent, recipe.parent / "parts", lambda _: None)
    resumed = weights(train(eager, digest, recipe.parent, recipe.parent / "parts", lambda _: None))
    said = (recipe.parent / "parts" / "log" / "train.txt").read_text()
    assert said.count("photographs to train on") == 2 and said.count("checkpoint written") == 1
    assert whole.keys() == resumed.keys()
    for name, weight in whole.items():
        assert torch.equal(weight, resumed[name]), name


def test_a_wrong_recipe_names_file_and_key(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("[dense]\nsteps = -1\nbatch = 2\n[reader]\nsteps = 1\nbatch = 1\n")
    with pytest.raises(ValueError, match=r"bad\.toml(.|\n)*dense\.steps"):
        read_config(path)


def test_a_recipe_goes_on_from_a_checkpoint(recipe: Path) -> None:
    config, digest = read_config(recipe)
    first = train(config, digest, recipe.parent, recipe.parent / "first", lambda _: None)
    joint = {"steps": 2, "batch": 2, "turns": 2, "tower": True, "dense_weight": 2.0}
    more = TrainConfig.model_validate(
        {"split": config.split, "start": str(first), "workers": 0, "bf16": False, "joint": joint}
    )
    second = train(more, digest, recipe.parent, recipe.parent / "second", lambda _: None)
    before, after = weights(first), weights(second)
    assert before.keys() == after.keys()
    assert not torch.equal(before["model.connector.modality_projection.proj.weight"],
                           after["model.connector.modality_projection.proj.weight"])
    assert (first / "tokenizer.json").read_text() == (second / "tokenizer.json").read_text()


def test_a_start_that_no_recipe_made_is_named(recipe: Path, tmp_path: Path) -> None:
    config = TrainConfig.model_validate({"start": "qwen3-vl-4b", "joint": {"steps": 1, "batch": 1}})
    with pytest.raises(ValueError, match=r"qwen3-vl-4b: no record.*training\.json"):
        train(config, "", recipe.parent, tmp_path, lambda _: None)


def test_a_checkpoint_may_be_given_a_view_and_its_tower_go_on(recipe: Path) -> None:
    config, digest = read_config(recipe)
    first = train(config, digest, recipe.parent, recipe.parent / "first", lambda _: None)
    stage = {"steps": 2, "batch": 2}
    more = {
        "split": config.split, "start": str(first), "workers": 0, "architecture": {"views": 3}, "dense": stage,
        "reader": {**stage, "connector": True, "cell_weight": 2.0},
    }  # fmt: skip
    second = train(TrainConfig.model_validate(more), digest, recipe.parent, recipe.parent / "second", lambda _: None)
    assert get_card(str(second)).view_count == 3
    before, after = weights(first), weights(second)
    tower = "model.vision_model.encoder.layers.0.mlp.fc1.weight"
    assert before.keys() == after.keys() and not torch.equal(before[tower], after[tower])


def test_a_stage_may_leave_the_tower_and_teach_the_connector(recipe: Path) -> None:
    config, digest = read_config(recipe)
    first = train(config, digest, recipe.parent, recipe.parent / "first", lambda _: None)
    reader = {"steps": 2, "batch": 2, "connector": True}
    more = {"split": config.split, "start": str(first), "workers": 0, "reader": reader}
    second = train(TrainConfig.model_validate(more), digest, recipe.parent, recipe.parent / "second", lambda _: None)
    before, after = weights(first), weights(second)
    assert all(torch.equal(weight, after[name]) for name, weight in before.items() if ".vision_model." in name)
    connector = "model.connector.modality_projection.proj.weight"
    assert not torch.equal(before[connector], after[connector])


def test_a_recipe_may_tell_of_every_type_and_use_a_camera(recipe: Path) -> None:
    config, digest = read_config(recipe)
    synthesis = config.synthesis.model_copy(
        update={"camera_share": 0.5, "distractors": ("bokeh", "snow"), "counts": (0.2, 0.5, 0.3)}
    )
    augment = config.augment.model_copy(update={"every_type": True})
    config = config.model_copy(update={"synthesis": synthesis, "augment": augment, "probes": 4})
    folder = train(config, digest, recipe.parent, recipe.parent / "out", lambda _: None)
    record = json.loads((folder / "training.json").read_text())["config"]
    assert (record["synthesis"]["camera_share"], record["augment"]["every_type"]) == (0.5, True)


def test_every_type_is_told_once_and_in_order(tiny: tuple) -> None:
    config = tiny[0]
    source = np.random.default_rng(0).integers(0, 255, (96, 128, 3), np.uint8)
    stream = Stream([source], Recipe(counts=(0, 0, 1), camera_share=0.5), size=256, cells=8, seed=3)
    dialect = NanoDialect(card_of(config))
    for index in range(6):
        item = stream.item(index)
        turns = Dialogues(dialect, AugmentConfig(every_type=True)).draw(item, 2, 0.0, np.random.default_rng(index))
        told = turns[0].answer
        found = dialect.read_detect(Reply(told), Views((), 1, 1))
        wanted = in_order(item.regions)
        assert [(each.distortion, each.severity) for each in found] == [(r.distortion, r.severity) for r in wanted]
        assert told.count(NONE) == len(VIDA) - len({region.distortion for region in wanted})


def test_nowhere_is_one_token_for_every_type_of_the_embedded_checkpoint() -> None:
    tokenizer = AutoTokenizer.from_pretrained(EMBEDDED_FOLDER)
    assert len(tokenizer.encode(NONE * len(VIDA), add_special_tokens=False)) == len(VIDA)


@pytest.mark.parametrize("looks", [[], ["night", "rain"]])
def test_a_look_that_is_not_known_is_refused(looks: list[str]) -> None:
    with pytest.raises(ValueError, match="name at least one of bokeh, night"):
        TrainConfig.model_validate({"start": "nano", "synthesis": {"distractors": looks}})


def test_recipes_in_turn_go_on_from_each_other(recipe: Path) -> None:
    (recipe.parent / "more.toml").write_text(
        'split = "split.tsv"\nstart = "nano"\nworkers = 0\nbf16 = false\n[reader]\nsteps = 1\nbatch = 1\n'
    )
    both = [recipe, recipe.parent / "more.toml"]
    folder = train_in_turn(both, recipe.parent, recipe.parent / "out", lambda _: None)
    assert folder == recipe.parent / "out" / "more" / "checkpoint"
    record = json.loads((folder / "training.json").read_text())
    assert (record["after"], record["recipe"]) == ([read_config(recipe)[1]], read_config(both[1])[1])
    assert record["config"]["architecture"]["vision_width"] == 64
    with pytest.raises(ValueError, match=r"a name of its own: .*recipe\.toml, .*recipe\.toml"):
        train_in_turn([recipe, recipe], recipe.parent, recipe.parent / "twice", lambda _: None)


def test_a_recipe_is_rehearsed_whole_in_few_steps(recipe: Path) -> None:
    packaged = Path(train_module.__file__).parent / "recipes" / "nano-gpu.toml"
    own = recipe.parent / "nano-gpu.toml"
    own.write_text('split = "split.tsv"\n' + packaged.read_text())
    folder = train_in_turn([own], recipe.parent, recipe.parent / "out", lambda _: None, rehearse=True)
    assert json.loads((folder / "training.json").read_text())["steps"] == {"dense": 2, "reader": 2}
    before, after = weights(EMBEDDED_FOLDER), weights(folder)
    assert before.keys() == after.keys()
    assert not any(torch.equal(before[name], after[name]) for name in before if name.endswith("q_proj.weight"))


def test_another_recipe_does_not_go_on_from_a_folders_states(recipe: Path) -> None:
    out = recipe.parent / "out"
    folder = train_in_turn([recipe], recipe.parent, out, lambda _: None)
    before = (folder / "training.json").read_bytes(), (out / "reader.pt").read_bytes()
    recipe.write_text("seed = 5\n" + recipe.read_text())
    with pytest.raises(ValueError, match=rf"{out} holds another run, which differs in seed: choose another --out"):
        train_in_turn([recipe], recipe.parent, out, lambda _: None)
    assert ((folder / "training.json").read_bytes(), (out / "reader.pt").read_bytes()) == before


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"dense": {"steps": 5}}, "dense.steps"),
        ({"reader": {"minutes": 3}}, "reader.minutes"),
        ({"joint": {"steps": 1, "batch": 1}}, "joint"),
        ({"workers": 1}, "workers"),
    ],
)
def test_whatever_changes_the_weights_makes_another_run(recipe: Path, change: dict, named: str) -> None:
    out = recipe.parent / "out"
    config, digest = read_config(recipe)
    eager = config.model_copy(update={"save_minutes": 0.0})
    with stopped_at(2):
        train(eager, digest, recipe.parent, out, lambda _: None)
    values = config.model_dump()
    for key, value in change.items():
        values[key] = {**(values[key] or {}), **value} if isinstance(value, dict) else value
    with pytest.raises(ValueError, match=f"differs in {named}"):
        train(TrainConfig.model_validate(values), digest, recipe.parent, out, lambda _: None)


def test_other_photographs_and_another_start_make_another_run(recipe: Path) -> None:
    config, digest = read_config(recipe)
    first = train(config, digest, recipe.parent, recipe.parent / "first", lambda _: None)
    more = config.model_copy(update={"start": str(first), "dense": None})
    out = recipe.parent / "out"
    train(more, digest, recipe.parent, out, lambda _: None)
    record = json.loads((first / "training.json").read_text())
    (first / "training.json").write_text(json.dumps({**record, "recipe": "another"}))
    with pytest.raises(ValueError, match="differs in start:"):
        train(more, digest, recipe.parent, out, lambda _: None)
    with (recipe.parent / "0.png").open("ab") as photograph:
        photograph.write(b"longer")
    with pytest.raises(ValueError, match="differs in start, photographs:"):
        train(more, digest, recipe.parent, out, lambda _: None)


def test_states_of_a_run_that_is_not_known_are_left_alone(recipe: Path) -> None:
    out = recipe.parent / "out"
    train_in_turn([recipe], recipe.parent, out, lambda _: None)
    (out / "run.json").unlink()
    with pytest.raises(ValueError, match=r"holds a run of which run\.json does not tell the recipe"):
        train_in_turn([recipe], recipe.parent, out, lambda _: None)


def test_a_training_does_not_go_on_from_its_rehearsal(recipe: Path) -> None:
    out = recipe.parent / "out"
    train_in_turn([recipe], recipe.parent, out, lambda _: None, rehearse=True)
    with pytest.raises(ValueError, match=f"{out} holds a rehearsal"):
        train_in_turn([recipe], recipe.parent, out, lambda _: None)
    other = recipe.parent / "other"
    train_in_turn([recipe], recipe.parent, other, lambda _: None)
    with pytest.raises(ValueError, match=f"{other} holds another run, which differs in rehearsed"):
        train_in_turn([recipe], recipe.parent, other, lambda _: None, rehearse=True)


def test_a_run_that_failed_before_its_first_state_may_be_another(recipe: Path) -> None:
    out = recipe.parent / "out"
    with stopped_at(1):
        train_in_turn([recipe], recipe.parent, out, lambda _: None)
    recipe.write_text("seed = 5\n" + recipe.read_text())
    folder = train_in_turn([recipe], recipe.parent, out, lambda _: None)
    assert json.loads((folder / "training.json").read_text())["config"]["seed"] == 5


def test_a_stage_that_is_timed_ends_with_its_rates_low(recipe: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    # The loop's clock alone: other threads of the process read the module's, and each reading would pass for time.
    monkeypatch.setattr(loop_module, "time", SimpleNamespace(monotonic=lambda: 10.0 * next(clock)))
    config, digest = read_config(recipe)
    short = {"steps": 500, "minutes": 2, "warmup": 1}
    timed = {name: getattr(config, name).model_copy(update=short) for name in ("dense", "reader")}
    said: list[str] = []
    folder = train(config.model_copy(update=timed), digest, recipe.parent, recipe.parent / "out", said.append)
    steps = json.loads((folder / "training.json").read_text())["steps"]
    assert 2 <= steps["dense"] < 20
    assert 2 <= steps["reader"] < 20
    state = torch.load(recipe.parent / "out" / "reader.pt", weights_only=True)
    rates = [group["lr"] / group["top"] for each in state["optimizers"] for group in each["param_groups"]]
    assert max(rates) < 0.2
    assert state["spent"] >= 120


def test_a_stage_is_needed_for_all_that_is_new() -> None:
    with pytest.raises(ValueError, match=r"stages \[dense\] and \[reader\]"):
        TrainConfig.model_validate({"joint": {"steps": 1, "batch": 1}})


@pytest.fixture(scope="module")
def tiny() -> tuple[TrainConfig, object, object, Packer]:
    config = TrainConfig.model_validate(
        {
            "dense": {"steps": 1, "batch": 1}, "reader": {"steps": 1, "batch": 1}, "merges": 20,
            "architecture": {
                "vision_width": 64, "vision_layers": 1, "vision_inner": 64, "text_width": 64, "text_layers": 2,
                "text_inner": 64,
            },
        }
    )
    tokenizer = build_tokenizer(["Which distortion is present in the image?"] * 3, config.bins, config.merges)
    special = {key: tokenizer.convert_tokens_to_ids(f"<{key}>") for key in ("image", "bos", "eos", "pad")}
    torch.manual_seed(0)
    return config, tokenizer, build(config.architecture, len(tokenizer), special), Packer(tokenizer, 8)


def dialogue(config: TrainConfig, seed: int) -> list[object]:
    photo = np.random.default_rng(seed).integers(0, 255, (120, 160, 3), np.uint8)
    stream = Stream([photo], Recipe(photo_sides=(64, 128)), size=256, cells=8, seed=seed)
    return Dialogues(NanoDialect(card_of(config))).draw(stream.item(0), 7, 1.0, np.random.default_rng(seed))


def test_packed_turns_learn_what_single_ones_would(tiny: tuple) -> None:
    config, tokenizer, model, packer = tiny
    turns = dialogue(config, 4)
    tokens = torch.randn(1, 2, 64, 64)
    graded = scales(tokenizer, config.reader, config.bins, torch.device("cpu"))

    def loss_of(packed: Packed) -> float:
        return float(reader_loss(model, read(model, tokens, packed)[0], packed, graded))

    with torch.no_grad():
        packs = [packer.pack([[turn]]) for turn in turns]
        losses = [loss_of(packed) for packed in packs]
        together = loss_of(packer.pack([turns]))
    counts = [int((packed.labels != IGNORED).sum()) for packed in packs]
    expected = sum(loss * n for loss, n in zip(losses, counts, strict=True)) / sum(counts)
    assert together == pytest.approx(expected, rel=1e-4)


def test_what_is_read_of_cells_is_of_the_last_view_and_depends_on_all(tiny: tuple) -> None:
    config, _, model, packer = tiny
    packed = packer.pack([dialogue(config, 4)])
    tokens = torch.randn(1, 2, 64, 64, requires_grad=True)
    cells = read(model, tokens, packed)[1]
    assert cells.shape == (1, 64, 64)
    cells[0, 5].sum().backward()
    felt = tokens.grad[0].abs().sum(-1) > 0
    assert felt[0].all() and felt[1, :6].all() and not felt[1, 6:].any()


def test_every_word_and_place_is_one_token_and_text_survives(tiny: tuple) -> None:
    config, tokenizer, _, packer = tiny
    for word in [*words(), *places(config.bins)]:
        assert len(packer.encode(word)) == 1
    assert len(packer.encode("brightness")) > 1
    for seed in range(20):
        for turn in dialogue(config, seed):
            text = turn.prompt + turn.answer
            assert tokenizer.decode(packer.encode(text), skip_special_tokens=False) == text


def test_one_border_off_costs_less_than_ten() -> None:
    graded = [Scale(torch.arange(10, 43), 1, 0.7)]
    near, far = torch.zeros(1, 50), torch.zeros(1, 50)
    near[0, 21], far[0, 30] = 5.0, 5.0
    label = torch.tensor([20])
    assert soft_cross_entropy(near, label, graded) < soft_cross_entropy(far, label, graded)


def test_the_cosine_basis_is_unit_and_reaches_the_highest_frequency() -> None:
    basis = cosine_basis(16, 256, 0.75)
    assert basis.shape == (256, 3, 16, 16)
    assert np.allclose(np.sqrt((basis**2).sum((1, 2, 3))), 1)
    checker = np.indices((16, 16)).sum(0) % 2 * 2 - 1
    response = np.abs(np.einsum("fchw,hw->f", basis[:192], checker))
    assert response.max() > 0.35 * np.linalg.norm(checker) * np.sqrt(3)


def test_average_precision_by_hand() -> None:
    score = np.array([0.9, 0.8, 0.7, 0.6], np.float32)
    assert average_precision(score, np.array([True, False, True, False])) == pytest.approx((1 + 2 / 3) / 2)


def test_the_fixed_split_shares_no_photograph() -> None:
    parts = [set(listed(split)) for split in ("train", "validation", "test")]
    assert [len(part) for part in parts] == [544, 80, 120]
    assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]


def test_a_wide_bell_prefers_the_middle_of_two_doubtful_places() -> None:
    ids, labels = torch.arange(33), torch.tensor([10, 14])

    def cost(place: int, spread: float) -> float:
        logits = torch.zeros(2, 40)
        logits[:, place] = 5.0
        return float(soft_cross_entropy(logits, labels, [Scale(ids, 1, spread)]))

    assert cost(12, 3) < cost(10, 3)
    assert cost(12, 0.5) > cost(10, 0.5)


def test_tokens_of_a_scale_may_count_more_than_others() -> None:
    logits, graded = torch.randn(3, 9), [Scale(torch.arange(4), 3, 0.7), Scale(torch.tensor([8, 5]), 2, 0)]
    word, place, level = (
        soft_cross_entropy(logits[i : i + 1], torch.tensor([label]), graded) for i, label in ((0, 7), (1, 2), (2, 5))
    )
    every = soft_cross_entropy(logits, torch.tensor([7, 2, 5]), graded)
    assert float(every) == pytest.approx(float(word + 3 * place + 2 * level) / 6, rel=1e-5)


def test_without_a_bell_a_scale_is_taught_like_any_token() -> None:
    logits, label = torch.randn(1, 9), torch.tensor([5])
    plain = torch.nn.functional.cross_entropy(logits, label)
    assert float(soft_cross_entropy(logits, label, [Scale(torch.tensor([8, 5]), 2, 0)])) == pytest.approx(float(plain))


def test_workers_answer_although_opencv_had_threads_before_they_were_forked(recipe: Path) -> None:
    code = """
import sys
from pathlib import Path
import cv2, numpy as np
from idetex_plugin.lab.training.config import read_config
from idetex_plugin.lab.training.train import train
cv2.setNumThreads(2)
cv2.GaussianBlur(np.zeros((2000, 2000), np.uint8), (0, 0), 3)
config, digest = read_config(Path(sys.argv[1]))
config = config.model_copy(update={"workers": 1, "threads": 2, "readable_share": 0.2})
train(config, digest, Path(sys.argv[1]).parent, Path(sys.argv[2]), print)
"""
    command = [sys.executable, "-c", code, str(recipe), str(recipe.parent / "out")]
    subprocess.run(command, check=True, timeout=200, capture_output=True)
    assert (recipe.parent / "out" / "checkpoint" / "model.safetensors").is_file()
