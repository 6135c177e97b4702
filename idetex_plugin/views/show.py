"""The views of a photo that a card asks for."""

from __future__ import annotations

from PIL import Image

from idetex_plugin.views.evidence import evidence_of
from idetex_plugin.views.resize import fit
from idetex_plugin.words.card import Card
from idetex_plugin.words.request import Views


def make_views(card: Card, image: Image.Image) -> Views:
    """What the checkpoint is shown of an RGB photo, and what the photo's own pixels say where the card weighs that.

    Raises CardError for a card whose `evidence` the checkpoint cannot give."""
    whole = evidence_of(card, image)
    if card.view_size is None:
        return Views((fit(image, card),), image.width, image.height, whole)
    from idetex_plugin.views.squares import squares

    return Views(squares(image, card.view_size, card.view_count), image.width, image.height, whole)
