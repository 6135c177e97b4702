from __future__ import annotations

from pathlib import Path

import pytest

from idetex_plugin.gating.policies import policy_named, profiles
from idetex_plugin.words.assessment import Region
from idetex_plugin.words.box import WHOLE, Box
from idetex_plugin.words.policy import PolicyError
from idetex_plugin.words.vocabulary import VIDA, DistortionType, Severity, Vocabulary


def test_every_profile_loads_and_says_what_it_is_for() -> None:
    assert profiles() == ["archive", "print", "thumbnail", "web"]
    for name in profiles():
        policy = policy_named(name)
        assert policy.name == name
        assert policy.description
        assert set(policy.types) <= set(VIDA.names)


def test_a_file_of_ones_own_in_any_spelling(tmp_path: Path) -> None:
    path = tmp_path / "portrait.toml"
    path.write_text(
        '[types."blocking artifact"]\npasses = "none"\nreviews = "none"\n'
        "[[zones]]\nbox = {x1 = 0.25, y1 = 0.25, x2 = 0.75, y2 = 0.75}\n"
        'types."low_clarity" = {passes = "none", reviews = "Minor"}\n'
    )
    policy = policy_named(path)
    assert policy.name == "portrait"
    assert policy.of("Blocking artifacts").reviews is None
    soft = Region(distortion="Low clarity", severity=Severity.MINOR, box=WHOLE)
    assert [limit.reviews for limit in policy.limits_for(soft)] == [Severity.MINOR, Severity.MINOR]
    aside = soft.model_copy(update={"box": Box(x1=0, y1=0, x2=0.2, y2=0.2)})
    assert len(policy.limits_for(aside)) == 1


def test_a_plugins_distortion_may_have_limits(tmp_path: Path) -> None:
    path = tmp_path / "sky.toml"
    path.write_text('[types."Banding"]\npasses = "Minor"\nreviews = "Minor"\n')
    words = Vocabulary([*VIDA, DistortionType(name="Banding", group="Compression")])
    assert policy_named(path, words).of("Banding").passes is Severity.MINOR


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('[types."Blur"]\npasses = "Minor"', "no distortion is called 'Blur'"),
        ('[default]\npasses = "Severe"\nreviews = "Minor"', "must not be worse"),
        ('[default]\npasses = "huge"', "default.passes: 'huge' is none of 'none', 'Minor', 'Moderate', 'Severe'"),
        (
            '[default]\npasses = "Minor"\nreviews = "none"',
            "default: what passes (Minor) must not be worse than what is reviewed (none)",
        ),
        ('[[zones]]\ntypes = {"Blur" = {}}', "zones.0.types: no distortion is called 'Blur'"),
        ("zones = 3", "zones: "),
        ("[similarity]\npasses = 0.9", "similarity.passes: "),
        ("[similarity]\npasses = 50\nrejects = 60", "similarity: rejects (60)"),
        ("levle_drop = 1", "levle_drop"),
        ("types = 3", "types: "),
        ("= 1", "Invalid statement"),
    ],
)
def test_a_wrong_policy_names_file_and_key(tmp_path: Path, text: str, fault: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(PolicyError, match=r"mine\.toml") as caught:
        policy_named(path)
    assert fault in str(caught.value)


def test_an_unknown_name_says_what_there_is() -> None:
    with pytest.raises(PolicyError, match=r"did you mean 'archive'\?; known are archive, print, thumbnail, web"):
        policy_named("archiv")
    with pytest.raises(PolicyError, match=r"missing\.toml: cannot be read: No such file"):
        policy_named("missing.toml")
