import pytest
from pydantic import ValidationError

from idetex_plugin.tasks import questions
from idetex_plugin.tasks.question_files import read_questions
from idetex_plugin.words.question import Question
from idetex_plugin.words.vocabulary import VIDA

TOML = """
[[question]]
name = "sky"
text = "How is the sky?"
options = ["Blue", "Grey"]

[[question]]
name = "fit_for_print"
text = "Is the photo fit for print?"
options = ["Yes", "No"]
preamble = "Print needs 300 dots an inch."
concern = "other"
"""


def test_the_default_questions_can_all_be_answered_for_a_clean_photo():
    dominant, severity, position = questions.DEFAULT_QUESTIONS
    assert dominant.options == (*VIDA.names, "None")
    assert severity.options == ("Minor", "Moderate", "Severe", "Not visible")
    assert position.options[-1] == "None"
    assert [question.name for question in questions.DEFAULT_QUESTIONS] == ["dominant", "severity", "position"]


def test_the_published_question_kinds():
    made = [
        questions.type_present(["Noise", "Overexposure"]), questions.type_absent(["Noise", "Overexposure"]),
        questions.severity_of("Noise"), questions.position_of("Noise"),
        questions.most_significant(["Noise", "Overexposure"]),
    ]  # fmt: skip
    assert [question.concern for question in made] == ["type", "type", "severity", "position", "significance"]
    assert questions.severity_of("Noise").preamble == (
        "Minor: barely perceptible on close inspection. Moderate: clearly noticeable at a glance. "
        "Severe: significantly impacts the whole impression. Not visible: absent."
    )


def test_questions_from_a_file(tmp_path):
    (tmp_path / "q.toml").write_text(TOML)
    sky, fit = read_questions(tmp_path / "q.toml")
    assert sky == Question(name="sky", text="How is the sky?", options=("Blue", "Grey"))
    assert fit.preamble.startswith("Print")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds tables"), ("x = 1", "holds tables"), ("question = 3", "holds tables"), ("[[question", "q.toml: "),
        (TOML.replace('["Blue", "Grey"]', '["Blue"]'), "question 1: options: .*at least 2"),
        (TOML.replace('"Yes", "No"', '"Yes", "Yes"'), "question 2: .*are the same"),
        (TOML.replace('name = "sky"', 'name = "Sky!"'), "question 1: name: "),
        (TOML.replace("preamble", "preambel"), "question 2: preambel: unknown key"),
    ],
)  # fmt: skip
def test_faults_name_the_question_and_the_key(tmp_path, text, message):
    (tmp_path / "q.toml").write_text(text)
    with pytest.raises(ValueError, match=message):
        read_questions(tmp_path / "q.toml")
    with pytest.raises(ValueError, match="gone"):
        read_questions(tmp_path / "gone.toml")


def test_options_are_distinct_and_not_empty():
    for options in (("A", "A"), ("A", "")):
        with pytest.raises(ValidationError):
            Question(name="q", text="?", options=options)
