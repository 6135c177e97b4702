import pytest
from PIL import Image

from idetex_plugin.cards.files import read_card, to_toml, write_card
from idetex_plugin.cards.registry import cards, get_card
from idetex_plugin.dialects.registry import make_dialect
from idetex_plugin.views.show import make_views
from idetex_plugin.words.card import CardError
from tests.said import card

TOML = 'name = "mine"\ntitle = "Mine"\ndialect = "vida"\n'


def test_the_embedded_card_comes_first_and_every_card_speaks():
    known = cards()
    assert known[0].name == "nano"
    assert {"qwen2-vl-vida", "qwen3-vl-4b", "qwen3-vl-8b", "qwen2.5-vl-7b", "internvl3-8b", "internvl3.5-8b"} <= {
        each.name for each in known
    }
    look_at = Image.new("RGB", (800, 533), (90, 120, 30))
    for each in known:
        dialect = make_dialect(each)
        look = make_views(each, look_at)
        assert dialect.name == each.dialect
        assert (look.width, look.height) == (800, 533)
        assert dialect.detect(look).images == look.images


@pytest.mark.parametrize("which", cards(), ids=lambda each: each.name)
def test_built_in_cards_survive_their_file_form(which, tmp_path):
    write_card(which, tmp_path / "card.toml")
    assert read_card(tmp_path / "card.toml") == which


def test_only_resized_boxes_of_qwen_2_5():
    resized = {each.name for each in cards() if each.boxes == "resized"}
    rating = {"q-insight", "visualquality-r1-7b", "evoquality"}
    assert resized == {"qwen2.5-vl-3b", "qwen2.5-vl-7b"} | rating


def test_every_card_says_how_large_it_is_and_where_its_facts_are_from():
    for each in cards():
        if not each.embedded and each.name not in {"internvl3-8b"}:
            assert each.billions and each.confirmed, each.name


def test_a_key_that_differs_from_the_wording_of_json_is_given():
    gemma = get_card("gemma-4-31b")
    assert (gemma.corners, gemma.box_key) == ("yxyx", "box_2d")
    prompt = make_dialect(gemma).detect(make_views(gemma, Image.new("RGB", (9, 9)))).prompt
    assert "Boxes are [y1, x1, y2, x2]" in prompt


def test_a_card_of_ones_own_from_a_file_or_beside_a_checkpoint(tmp_path):
    (tmp_path / "idetex.toml").write_text(TOML + '[wording]\ndetect = "Find \\"faults\\"."\n')
    for which in (str(tmp_path), tmp_path, str(tmp_path / "idetex.toml")):
        mine = get_card(which)
        assert mine.checkpoint == str(tmp_path)
        assert mine.wording == {"detect": 'Find "faults".'}
    (tmp_path / "hub.toml").write_text(TOML + 'checkpoint = "who/what"\n')
    assert get_card(tmp_path / "hub.toml").checkpoint == "who/what"
    (tmp_path / "near.toml").write_text(TOML + 'checkpoint = "./weights"\n')
    assert get_card(tmp_path / "near.toml").checkpoint == str(tmp_path / "weights")


def test_awkward_text_survives_the_file_form(tmp_path):
    odd = card(notes='a "quote" \\ back\nline \x7f \u2028 ü', wording={"a b": "x", 'c"d': "y"}, stop=("<|end|>",))
    write_card(odd, tmp_path / "odd.toml")
    assert read_card(tmp_path / "odd.toml") == odd
    assert "max_pixels" not in to_toml(odd)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "bad.toml: Invalid value"),
        ('name = "x"\ntitle = "X"\n', "bad.toml: dialect: is missing"),
        (TOML + "pixels = 3\n", "bad.toml: pixels: unknown key"),
        (TOML + 'max_pixels = "many"\n', "bad.toml: max_pixels: must be a whole number, not 'many'"),
        (TOML + 'boxes = "polar"\n', "bad.toml: boxes: .*'thousand', 'resized'"),
        (TOML + 'boxes = "bins"\n', "bad.toml: .*bins is set exactly when"),
        (TOML + "view_size = 8\n", "bad.toml: .*view_size is set exactly when"),
        (TOML + "min_pixels = 100\nmax_pixels = 10\n", "bad.toml: .*at most max_pixels"),
        (TOML + "checkpoint = 3\n", "bad.toml: checkpoint: must be text, not 3"),
    ],
)
def test_faults_name_the_file_and_the_key(tmp_path, text, message):
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(CardError, match=message):
        get_card(tmp_path / "bad.toml")


def test_missing_things_are_named(tmp_path):
    with pytest.raises(CardError, match=r"idetex\.toml: no such file"):
        get_card(tmp_path)
    with pytest.raises(CardError, match=r"gone\.toml: no such file"):
        get_card(tmp_path / "gone.toml")
    with pytest.raises(CardError, match=r"did you mean 'qwen3-vl-4b'.*known are nano"):
        get_card("qwen3-vl-4")


def test_cards_from_elsewhere():
    extra = card(name="theirs")
    assert get_card("theirs", [*cards(), extra]) is extra
    with pytest.raises(CardError, match="known are theirs"):
        get_card("nano", [extra])


def test_a_dialect_that_nobody_speaks():
    with pytest.raises(CardError, match="dialect 'klingon' is none of nano, vida, json, rating"):
        make_dialect(card(dialect="klingon"))
    with pytest.raises(CardError, match=r"wording\.nothing"):
        make_dialect(card(wording={"nothing": "x"}))


def test_views():
    photo = Image.new("RGB", (3000, 2000))
    whole = make_views(get_card("qwen2-vl-vida"), photo)
    assert [image.size for image in whole.images] == [(1204, 812)]
    both = make_views(get_card("nano"), photo)
    assert [image.size for image in both.images] == [(256, 256)] * 3
