import pytest

from idetex_plugin.report.palette import UNKNOWN, Palette, ink
from idetex_plugin.words.vocabulary import DISTORTIONS, VIDA, DistortionType, Vocabulary


def _contrast(one: str, other: str) -> float:
    def luminance(colour: str) -> float:
        channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("kind", DISTORTIONS, ids=lambda kind: kind.name)
def test_text_on_every_colour_is_readable(kind: DistortionType) -> None:
    assert _contrast(kind.colour, ink(kind.colour)) >= 4.5


def test_every_distortion_has_its_own_code() -> None:
    codes = [mark["code"] for mark in Palette(VIDA).marks]
    assert codes == ["LC", "MB", "OFB", "BA", "EAE", "ERE", "Ove", "Und", "MSC", "Noi"]


def test_a_stranger_is_added_once_in_grey_with_a_free_code() -> None:
    palette = Palette(VIDA)
    assert palette.number("Lens crack") == palette.number("Lens crack") == len(VIDA)
    assert palette.marks[-1] == {
        "name": "Lens crack", "code": "LC2", "group": "Other", "colour": UNKNOWN, "ink": "#000000", "meaning": ""
    }


@pytest.mark.parametrize("name", ["", "<b>", "…", "日本 語"])
def test_any_name_gets_a_code(name: str) -> None:
    palette = Palette(VIDA)
    palette.number(name)
    assert palette.marks[-1]["code"]


def test_what_is_no_plain_colour_becomes_grey() -> None:
    kind = DistortionType(name="Odd", group="Odd", colour="red;background:url(http://x)")
    assert Palette(Vocabulary([kind])).marks[0]["colour"] == UNKNOWN
