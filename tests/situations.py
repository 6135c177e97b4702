"""What pipelines do to photos, right and wrong: pairs of files, and what the gate should say of each.

`python tests/situations.py` judges them all and prints the table of the documentation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
from hostile import encoded
from PIL import Image, ImageDraw, PngImagePlugin
from profiles import cmyk_profile, rgb_profile
from skimage import data

from idetex_plugin.photo.load import load_photo
from idetex_plugin.words.verdict import Kind, Outcome

LANCZOS = Image.Resampling.LANCZOS
PASS, REVIEW, REJECT = (frozenset({outcome}) for outcome in Outcome)
NOT_SILENT = REVIEW | REJECT


@dataclass(frozen=True)
class Situation:
    """what: in words. outcomes: any of them is right. kind: what the first difference is, None for no difference.

    about: words of its reason. keys: of the policy, changed.
    """

    what: str
    policy: str
    original: Any
    copy: Any
    outcomes: frozenset[Outcome]
    kind: Kind | None
    about: str = ""
    keys: dict[str, Any] = field(default_factory=dict)


@cache
def coffee() -> Image.Image:
    """A colour photo, 600 x 400."""
    return Image.fromarray(data.coffee())


@cache
def portrait() -> Image.Image:
    """A colour photo, 400 x 512."""
    return Image.fromarray(data.astronaut()).crop((60, 0, 460, 512))


def tagged(image: Image.Image, orientation: int, **options: Any) -> bytes:
    """A JPEG with this EXIF orientation."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded("JPEG", image, quality=95, exif=exif, **options)


def jpeg(image: Image.Image, quality: int = 90, **options: Any) -> bytes:
    """An ordinary copy."""
    return encoded("JPEG", image, quality=quality, **options)


def png(image: Image.Image, **options: Any) -> bytes:
    """A copy without loss."""
    return encoded("PNG", image, **options)


def array(values: np.ndarray) -> Image.Image:
    """RGB of values that may lie outside 0..255."""
    return Image.fromarray(np.clip(np.rint(values), 0, 255).astype(np.uint8))


def pixels(image: Image.Image) -> np.ndarray:
    """(H, W, 3) floats."""
    return np.asarray(image, np.float64)


def icon(colour: tuple[int, int, int] = (128, 128, 128)) -> Image.Image:
    """A disc and a bar on clear ground, 300 x 200."""
    drawn = Image.new("RGBA", (300, 200), (*colour, 0))
    pen = ImageDraw.Draw(drawn)
    pen.ellipse((40, 30, 180, 170), fill=(*colour, 255))
    pen.rectangle((200, 60, 260, 150), fill=(*colour, 180))
    return drawn


def clear_photo() -> Image.Image:
    """A photo that fades out to the right."""
    image = coffee().copy()
    image.putalpha(Image.fromarray(np.tile(np.linspace(255, 0, 600).astype(np.uint8), (400, 1))))
    return image


def film(count: int = 4, kind: str = "GIF", step: int = 40, **options: Any) -> bytes:
    """A photo that moves to the left."""
    small = coffee().resize((240, 160), LANCZOS)
    frames = [Image.fromarray(np.roll(np.asarray(small), -number * step, 1)) for number in range(count)]
    return encoded(kind, frames[0], save_all=True, append_images=frames[1:], duration=100, loop=0, **options)


def frozen(count: int = 4) -> bytes:
    """The same first frame again and again."""
    small = coffee().resize((240, 160), LANCZOS)
    frames = [small.copy() for _ in range(count)]
    for number, frame in enumerate(frames):
        frame.putpixel((number, 0), (0, 0, 0))
    return encoded("WEBP", frames[0], save_all=True, append_images=frames[1:], duration=100, loop=0, lossless=True)


def deep(scale: float) -> Image.Image:
    """16-bit gray that uses a part of its range."""
    gray = np.asarray(coffee().convert("L"), np.float64) / 255
    return Image.fromarray(np.rint(gray * scale * 65535).astype(np.uint16))


def by_257(image: Image.Image) -> Image.Image:
    """The 8 bits of 16 bits."""
    return Image.fromarray(np.rint(np.asarray(image, np.float64) / 257).astype(np.uint8))


def cmyk() -> Image.Image:
    """A photo in inks."""
    return coffee().convert("CMYK")


def managed(source: bytes) -> Image.Image:
    """The photo in sRGB, converted rightly."""
    return load_photo(source).image


def with_gamma(gamma: float) -> bytes:
    """A PNG whose numbers are shown by this gamma."""
    info = PngImagePlugin.PngInfo()
    info.add(b"gAMA", int(gamma * 100000).to_bytes(4, "big"))
    return png(coffee(), pnginfo=info)


def half_lost(image: Image.Image) -> Image.Image:
    """The lower part was never decoded."""
    lost = image.copy()
    lost.paste((128, 128, 128), (0, 240, 600, 400))
    return lost


def edge(image: Image.Image, columns: int, colour: tuple[int, int, int] = (0, 135, 0)) -> Image.Image:
    """The last columns were never written."""
    spoilt = image.copy()
    spoilt.paste(colour, (image.width - columns, 0, image.width, image.height))
    return spoilt


def padded(image: Image.Image, colour: str) -> Image.Image:
    """Fitted into a square with bars."""
    square = Image.new("RGB", (600, 600), colour)
    square.paste(image, (0, 100))
    return square


def shifted(image: Image.Image, right: int, down: int) -> Image.Image:
    """Moved, the edge repeated."""
    moved = np.roll(np.asarray(image), (down, right), (0, 1))
    return Image.fromarray(moved)


def softened(image: Image.Image) -> Image.Image:
    """Made smaller and larger again."""
    return image.resize((image.width * 3 // 4, image.height * 3 // 4), LANCZOS).resize(image.size, LANCZOS)


def frame() -> Iterator[Situation]:
    """Turned, mirrored, cropped, squashed, padded, resized, moved."""
    turn = Image.Transpose
    on_its_side = portrait().transpose(turn.ROTATE_90)
    square = portrait().crop((0, 0, 400, 400))
    yield Situation(
        "orientation 6 stripped",
        "web",
        tagged(on_its_side, 6),
        jpeg(on_its_side),
        REJECT,
        Kind.TURNED,
        r"turned by 90 degrees.*orientation \(6\) was lost",
    )
    yield Situation(
        "orientation 6 of a square stripped",
        "web",
        tagged(square.transpose(turn.ROTATE_90), 6),
        jpeg(square.transpose(turn.ROTATE_90)),
        REJECT,
        Kind.TURNED,
        "turned by 90 degrees.*lost",
    )
    yield Situation("orientation 6 baked in", "web", tagged(on_its_side, 6), jpeg(portrait()), PASS, None)
    yield Situation("orientation 6 kept", "web", tagged(on_its_side, 6), tagged(on_its_side, 6), PASS, Kind.IDENTICAL)
    yield Situation(
        "orientation 6 baked in and the tag left",
        "web",
        tagged(on_its_side, 6),
        tagged(portrait(), 6),
        REJECT,
        Kind.TURNED,
        "turned twice",
    )
    for tag, words in ((2, "mirrored left to right"), (3, "turned by 180 degrees"), (4, "mirrored top to bottom")):
        yield Situation(
            f"orientation {tag} stripped",
            "web",
            tagged(coffee(), tag),
            jpeg(coffee()),
            REJECT,
            Kind.TURNED if tag == 3 else Kind.MIRRORED,
            words + ".*was lost",
        )
    yield Situation(
        "orientation 8 stripped from a thumbnail",
        "thumbnail",
        tagged(portrait().transpose(turn.ROTATE_270), 8),
        jpeg(portrait().transpose(turn.ROTATE_270).resize((256, 200), LANCZOS)),
        REJECT,
        Kind.TURNED,
        "turned by 90 degrees.*was lost",
    )
    yield Situation(
        "mirrored",
        "web",
        png(coffee()),
        jpeg(coffee().transpose(turn.FLIP_LEFT_RIGHT)),
        REJECT,
        Kind.MIRRORED,
        "mirrored left to right",
    )
    yield Situation(
        "a square thumbnail of the middle",
        "thumbnail",
        png(coffee()),
        jpeg(coffee().crop((100, 0, 500, 400)).resize((200, 200), LANCZOS)),
        PASS,
        Kind.CROPPED,
        "cropped: shows 67%",
    )
    yield Situation(
        "a square thumbnail of the middle, spoilt",
        "thumbnail",
        png(coffee()),
        jpeg(coffee().crop((100, 0, 500, 400)).resize((200, 200), LANCZOS), 3),
        NOT_SILENT,
        Kind.CROPPED,
    )
    yield Situation(
        "cropped where the policy does not ask for it",
        "web",
        png(coffee()),
        jpeg(coffee().crop((90, 40, 530, 380))),
        REVIEW,
        Kind.CROPPED,
        "cropped",
    )
    yield Situation(
        "a thumbnail of the other shape",
        "thumbnail",
        png(coffee()),
        jpeg(coffee().resize((200, 200))),
        REJECT,
        Kind.SQUASHED,
        "squashed.*1.50 times as high",
    )
    yield Situation(
        "fitted with black bars",
        "thumbnail",
        png(coffee()),
        jpeg(padded(coffee(), "black")),
        REVIEW,
        Kind.PADDED,
        "padded with bars of #000000",
    )
    yield Situation(
        "fitted with the page's white",
        "thumbnail",
        png(coffee()),
        jpeg(padded(coffee(), "white")),
        PASS,
        Kind.PADDED,
        "padded with bars of #ffffff",
        {"background": "#ffffff"},
    )
    yield Situation(
        "half the size where that is wanted",
        "thumbnail",
        png(coffee()),
        jpeg(coffee().resize((300, 200), LANCZOS)),
        PASS,
        None,
    )
    yield Situation(
        "half the size where it is not",
        "web",
        png(coffee()),
        jpeg(coffee().resize((300, 200), LANCZOS)),
        REVIEW,
        Kind.RESIZED,
        "differ in size",
    )
    yield Situation(
        "a thumbnail twice as large",
        "thumbnail",
        png(coffee()),
        jpeg(coffee().resize((1200, 800), LANCZOS)),
        REVIEW,
        Kind.ENLARGED,
        "enlarged 2 times",
    )
    yield Situation(
        "enlarged where that is wanted",
        "thumbnail",
        png(coffee()),
        jpeg(coffee().resize((1200, 800), LANCZOS)),
        PASS,
        Kind.ENLARGED,
        "enlarged",
        {"enlarge": True},
    )
    yield Situation(
        "moved by one pixel",
        "web",
        png(coffee()),
        jpeg(shifted(coffee(), 1, 0)),
        NOT_SILENT,
        Kind.SHIFTED,
        "moved by one pixel: 1 to the right",
    )
    yield Situation(
        "moved by some pixels",
        "web",
        png(coffee()),
        jpeg(shifted(coffee(), -3, 2)),
        NOT_SILENT,
        Kind.SHIFTED,
        "3 to the left and 2 down",
    )
    yield Situation("another picture", "web", png(coffee()), jpeg(portrait().resize((600, 400))), REJECT, Kind.ANOTHER)


def colours() -> Iterator[Situation]:
    """Profiles, gamma, channels, tones, depth."""
    p3 = jpeg(coffee(), 95, icc_profile=rgb_profile())
    ink = encoded("JPEG", cmyk(), quality=95, icc_profile=cmyk_profile())
    rgb = pixels(coffee())
    yield Situation(
        "P3 profile dropped", "web", p3, jpeg(coffee()), NOT_SILENT, Kind.PROFILE, "colour profile.*is gone"
    )
    yield Situation(
        "P3 converted to sRGB", "web", p3, jpeg(managed(p3), 92), PASS, Kind.PROFILE, "removed and the pixels converted"
    )
    yield Situation("P3 kept", "web", p3, jpeg(coffee(), 90, icc_profile=rgb_profile()), PASS, None)
    yield Situation(
        "P3 attached to sRGB numbers",
        "web",
        png(coffee()),
        jpeg(coffee(), 90, icc_profile=rgb_profile()),
        NOT_SILENT,
        Kind.PROFILE,
        "was attached",
    )
    yield Situation(
        "profile removed where it is to be kept",
        "web",
        p3,
        jpeg(managed(p3), 92),
        REVIEW,
        Kind.PROFILE,
        "",
        {"strip_profile": False},
    )
    yield Situation("CMYK converted to sRGB", "web", ink, jpeg(managed(ink), 92), PASS, Kind.PROFILE)
    yield Situation(
        "CMYK inverted", "web", ink, jpeg(array(255 - pixels(managed(ink)))), REJECT, Kind.INVERTED, "inverted"
    )
    yield Situation(
        "CMYK without its profile",
        "web",
        ink,
        encoded("JPEG", cmyk(), quality=90),
        REJECT,
        Kind.PROFILE,
        "colour profile.*is gone",
    )
    yield Situation("inverted", "web", png(coffee()), jpeg(array(255 - rgb)), REJECT, Kind.INVERTED, "inverted")
    yield Situation(
        "red and blue exchanged",
        "web",
        png(coffee()),
        jpeg(array(rgb[..., ::-1])),
        REJECT,
        Kind.SWAPPED,
        "blue, green and red",
    )
    yield Situation(
        "colours lost", "web", png(coffee()), jpeg(coffee().convert("L")), NOT_SILENT, Kind.COLOURLESS, "gray"
    )
    yield Situation(
        "range squeezed",
        "web",
        png(coffee()),
        jpeg(array(rgb * 219 / 255 + 16)),
        NOT_SILENT,
        Kind.TONE,
        r"squeezed: 0\.\.255 became 16\.\.235",
    )
    yield Situation(
        "range stretched",
        "web",
        png(coffee()),
        jpeg(array((rgb - 16) * 255 / 219)),
        NOT_SILENT,
        Kind.TONE,
        "range stretched",
    )
    yield Situation(
        "gamma applied twice",
        "web",
        png(coffee()),
        jpeg(array(255 * (rgb / 255) ** 1.8)),
        NOT_SILENT,
        Kind.TONE,
        "gamma changed: darker",
    )
    yield Situation(
        "white balance changed",
        "web",
        png(coffee()),
        jpeg(array(rgb * (1.12, 1, 0.8))),
        NOT_SILENT,
        Kind.TONE,
        "colour balance changed: red [+]",
    )
    yield Situation(
        "gAMA of linear light dropped",
        "web",
        with_gamma(1.0),
        png(coffee()),
        NOT_SILENT,
        Kind.GAMMA,
        "gamma tag .* is gone",
    )
    yield Situation(
        "gAMA of sRGB dropped", "web", with_gamma(0.45455), png(coffee().convert("RGB")), PASS, Kind.IDENTICAL
    )
    for part in (1 / 64, 0.2, 1.0):
        yield Situation(
            f"16-bit gray of {part:.0%} of the range to 8 bits",
            "web",
            png(deep(part)),
            png(by_257(deep(part))),
            PASS,
            Kind.DEPTH,
        )
    gain = coffee().convert("L").resize((300, 200))
    hdr = encoded("MPO", coffee(), save_all=True, append_images=[gain], quality=92)
    yield Situation("HDR gain map lost", "web", hdr, jpeg(coffee()), PASS, Kind.GAIN_MAP, "HDR gain map is gone")


def layers() -> Iterator[Situation]:
    """Transparency and frames."""
    alpha = icon()
    black, white = (
        Image.alpha_composite(Image.new("RGBA", alpha.size, colour), icon((200, 60, 40))).convert("RGB")
        for colour in ("black", "white")
    )
    red = png(icon((200, 60, 40)))
    none, inverse = alpha.copy(), alpha.copy()
    none.putalpha(0)
    inverse.putalpha(Image.eval(alpha.getchannel("A"), lambda value: 255 - value))
    yield Situation("transparency became black", "web", red, jpeg(black), NOT_SILENT, Kind.TRANSPARENCY, "became black")
    yield Situation(
        "transparency of a photo became black",
        "web",
        png(clear_photo()),
        jpeg(Image.alpha_composite(Image.new("RGBA", (600, 400), "black"), clear_photo()).convert("RGB")),
        NOT_SILENT,
        Kind.TRANSPARENCY,
        "became black",
    )
    yield Situation(
        "transparency became the page's white",
        "web",
        red,
        jpeg(white, 95),
        PASS,
        Kind.TRANSPARENCY,
        "became white",
        {"background": "#ffffff"},
    )
    yield Situation(
        "transparency became white, unasked", "web", red, jpeg(white, 95), REVIEW, Kind.TRANSPARENCY, "became white"
    )
    yield Situation(
        "transparency of a photo dropped",
        "web",
        png(clear_photo()),
        jpeg(coffee()),
        NOT_SILENT,
        Kind.TRANSPARENCY,
        "solid",
    )
    yield Situation(
        "all of a gray icon lost", "web", png(alpha), png(none), REJECT, Kind.TRANSPARENCY, "nothing is left"
    )
    yield Situation(
        "transparency of a gray icon inverted", "web", png(alpha), png(inverse), REJECT, Kind.TRANSPARENCY, "inverted"
    )
    yield Situation("transparency kept", "web", red, encoded("WEBP", icon((200, 60, 40)), quality=90), PASS, None)
    yield Situation(
        "a still of an animation",
        "thumbnail",
        film(),
        encoded("WEBP", coffee().resize((120, 80), LANCZOS), quality=90),
        PASS,
        Kind.FRAMES,
        "one frame of 4",
    )
    yield Situation(
        "a still of an animation, unasked",
        "web",
        film(),
        encoded("WEBP", coffee().resize((240, 160), LANCZOS), quality=95),
        REVIEW,
        Kind.FRAMES,
        "one frame of 4",
    )
    yield Situation(
        "an animation frozen", "web", film(kind="WEBP", quality=95), frozen(), REJECT, Kind.FRAMES, "frozen"
    )
    yield Situation(
        "half the frames lost",
        "web",
        film(kind="WEBP", quality=95),
        film(2, "WEBP", quality=95),
        REVIEW,
        Kind.FRAMES,
        "2 of 4 are left",
    )
    yield Situation(
        "other frames after the first",
        "web",
        film(kind="WEBP", quality=95),
        film(4, "WEBP", -60, quality=95),
        NOT_SILENT,
        Kind.FRAMES,
        "something else",
    )
    yield Situation("an animation in another format", "web", film(), film(kind="WEBP", quality=90), PASS, None)


def damage() -> Iterator[Situation]:
    """What was not written, detail that is gone, the same again, and the size of the file."""
    yield Situation(
        "the lower part not decoded",
        "web",
        png(coffee()),
        jpeg(half_lost(coffee())),
        REJECT,
        Kind.TRUNCATED,
        "truncated: (39|40)%.*bottom",
    )
    yield Situation(
        "nothing decoded", "web", png(coffee()), jpeg(Image.new("RGB", (600, 400))), REJECT, Kind.BLANK, "blank"
    )
    yield Situation(
        "one green column at the right",
        "web",
        png(coffee()),
        jpeg(edge(coffee(), 1), 95),
        NOT_SILENT,
        Kind.EDGE,
        "columns? at the right",
    )
    yield Situation(
        "made smaller and larger again",
        "web",
        png(coffee()),
        jpeg(softened(coffee()), 92),
        NOT_SILENT,
        Kind.DETAIL,
        "detail lost, as by enlarging",
    )
    small = icon().resize((12, 12))
    rule = Image.new("RGB", (800, 2), "#336699")
    dot = Image.new("P", (1, 1))
    yield Situation(
        "an icon of 12 pixels, packed better", "web", png(small), png(small, optimize=True), PASS, Kind.IDENTICAL
    )
    yield Situation("a rule of 800 x 2", "web", png(rule), encoded("WEBP", rule, lossless=True), PASS, Kind.IDENTICAL)
    yield Situation("one pixel", "web", encoded("GIF", dot), encoded("GIF", dot), PASS, Kind.IDENTICAL)
    yield Situation("the same bytes", "web", jpeg(coffee()), jpeg(coffee()), PASS, Kind.IDENTICAL, "the same bytes")
    yield Situation(
        "more bytes than the policy takes",
        "web",
        png(coffee()),
        jpeg(coffee()),
        REJECT,
        Kind.BYTES,
        "20,000",
        {"max_bytes": 20_000},
    )
    yield Situation(
        "hardly smaller than the original",
        "web",
        jpeg(coffee()),
        jpeg(coffee()),
        REVIEW,
        Kind.BYTES,
        "saves 0%",
        {"min_saving": 0.1},
    )
    yield Situation("an ordinary copy", "web", png(coffee()), jpeg(coffee(), 85), PASS, None)


GROUPS: dict[str, Callable[[], Iterator[Situation]]] = {
    "Frame": frame,
    "Colours": colours,
    "Layers and frames": layers,
    "Damage and size": damage,
}


def situations() -> list[Situation]:
    """All of them."""
    return [each for group in GROUPS.values() for each in group()]


def told() -> Iterator[str]:
    """The table of the documentation, line by line."""
    from standins import WindowEngine, nano_says

    from idetex_plugin import Assessor, gate
    from idetex_plugin.gating.policies import policy_named
    from idetex_plugin.plugins.manager import Hooks

    assessor = Assessor(engine=WindowEngine(answer=nano_says), hooks=Hooks())
    yield "| what happened | policy | verdict | reason |"
    yield "| --- | --- | --- | --- |"
    for name, group in GROUPS.items():
        yield f"| **{name}** | | | |"
        for case in group():
            policy = policy_named(case.policy).model_copy(update=case.keys)
            verdict = gate(case.original, case.copy, policy, assessor)
            keys = "".join(f", {key} = {value}" for key, value in case.keys.items())
            reason = verdict.reasons[0].partition(": ")[2] if verdict.reasons else ""
            yield f"| {case.what} | {case.policy}{keys} | {verdict.outcome} | {reason} |"


if __name__ == "__main__":
    print("\n".join(told()))
