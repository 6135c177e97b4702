"""The two fields that hold what people say of photos: `<name>_truth` and `<name>_review`."""

from __future__ import annotations

from typing import Any

import fiftyone as fo

from idetex_fiftyone.colours import PEOPLES, with_colours
from idetex_fiftyone.declare import Declared, alone, declare
from idetex_fiftyone.fields import NAME
from idetex_plugin.words.vocabulary import VIDA, Severity

TRUTH_OWNER = "idetex_truth"
"""The key of a field's info that names the truth it belongs to."""
DEFAULT = "idetex"
REGION: Declared = {
    "severity": (fo.StringField, {}, "Minor, Moderate or Severe"),
    "effect": (fo.StringField, {}, "what it does to the photo"),
    "origin": (fo.StringField, {}, "accepted or corrected from a prediction, or drawn (also where it is empty)"),
    "prediction": (fo.StringField, {}, "id of the prediction that it comes from"),
    "run": (fo.StringField, {}, "the run that predicted it"),
    "by": (fo.StringField, {}, "who said so"),
    "at": (fo.DateTimeField, {}, "when"),
    "action": (fo.StringField, {}, "id of the action, to undo it"),
}
REVIEW: Declared = {
    "state": (fo.StringField, {}, "partly or fully reviewed; empty for not at all"),
    "level": (fo.StringField, {}, "quality as the reviewer sees it, from bad to excellent"),
    "by": (fo.StringField, {}, "who reviewed it last"),
    "at": (fo.DateTimeField, {}, "when"),
    "details": (fo.DictField, {}, "decisions: predictions accepted, rejected or corrected; history: what was done"),
}
SHOWN = "state", "level", "by", "at"


class TruthFields:
    """The names of one truth's fields. Raises ValueError for a name that cannot be part of a field's."""

    def __init__(self, name: str = DEFAULT) -> None:
        if not NAME.fullmatch(name):
            raise ValueError(f"truth {name!r}: small letters, digits and underscores, starting with a letter")
        self.name = name
        self.truth, self.review = f"{name}_truth", f"{name}_review"

    def declared(self) -> Declared:
        """Every field and attribute: its type, the type's parameters and a description."""
        document = {"embedded_doc_type": fo.DynamicEmbeddedDocument}
        found: Declared = {
            self.truth: (
                fo.EmbeddedDocumentField, {"embedded_doc_type": fo.Detections}, "damage, as people see it",
            ),
            self.review: (fo.EmbeddedDocumentField, document, "how far people have reviewed the photo"),
        }  # fmt: skip
        found |= {f"{self.truth}.detections.{name}": each for name, each in REGION.items()}
        return found | {f"{self.review}.{name}": each for name, each in REVIEW.items()}

    def declare(self, dataset: Any) -> None:
        """Add the fields where they are missing, and let the App draw and edit in the truth.

        Raises ValueError when a field of that name belongs to something else.
        """
        if all(dataset.get_field(path) is not None for path in self.declared()):
            return
        with alone(dataset):
            declare(dataset, self.declared(), TRUTH_OWNER, self.name, {})
            _annotate(dataset, self.truth)
            _sidebar(dataset, self)


def truths(dataset: Any) -> list[str]:
    """The names of the truths that a dataset holds."""
    infos = (field.info or {} for field in dataset.get_field_schema().values())
    return list(dict.fromkeys(info[TRUTH_OWNER] for info in infos if TRUTH_OWNER in info))


def _annotate(dataset: Any, truth: str) -> None:
    """What the App's Annotate tab offers: the distortions, and a severity."""
    schema = {
        "type": "detections",
        "component": "dropdown",
        "classes": list(VIDA.names),
        "attributes": [
            {"name": "severity", "type": "str", "component": "radio", "values": [str(each) for each in Severity]}
        ],
    }
    dataset.update_label_schema(truth, schema)
    dataset.activate_label_schemas(truth)


def _sidebar(dataset: Any, fields: TruthFields) -> None:
    names = [fields.truth, *(f"{fields.review}.{name}" for name in SHOWN)]
    title = f"{fields.name} by people"
    groups = dataset.app_config.sidebar_groups or fo.DatasetAppConfig.default_sidebar_groups(dataset)
    groups = [group for group in groups if group.name not in (title, fields.review)]
    for group in groups:
        group.paths = [path for path in group.paths if path not in names]
    if (active := dataset.app_config.active_fields) and fields.truth not in active.paths:
        dataset.app_config.active_fields = fo.ActiveFields(paths=[*active.paths, fields.truth])
    dataset.app_config.sidebar_groups = [*groups, fo.SidebarGroupDocument(name=title, paths=names, expanded=True)]
    config = dataset.app_config
    config.color_scheme = with_colours(config.color_scheme, names, fields.truth, PEOPLES)
    dataset.save()
