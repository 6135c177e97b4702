"""Asking the plugins about a photo before any task does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from idetex_plugin.photo.load import Photo, PhotoError
from idetex_plugin.plugins.events import BeforeAssess, Replacement, Veto
from idetex_plugin.plugins.manager import Hooks
from idetex_plugin.plugins.names import Hook
from idetex_plugin.plugins.problems import PluginError, in_words
from idetex_plugin.words.failure import Failure, Reason


def before_assess(hooks: Hooks, photo: Photo, load: Callable[[Any], Photo]) -> Photo:
    """The photo as the plugins leave it; its notes name each plugin that replaced it.

    load: gives the pixels of a replacement, or raises PhotoError.
    Raises PhotoError for a veto, for a replacement that cannot be judged, and for an answer that is none or late.
    """

    def take(plugin: str, answer: Veto | Replacement) -> BeforeAssess:
        nonlocal photo
        if isinstance(answer, Veto):
            raise _refusal(photo, Reason.VETOED, f"plugin {plugin}: {answer.why}")
        photo = _replaced(photo, plugin, answer, load)
        return BeforeAssess(photo)

    try:
        hooks.fold(Hook.BEFORE_ASSESS, BeforeAssess(photo), take)
    except PluginError as error:
        raise _refusal(photo, Reason.INTERNAL, str(error)) from error
    return photo


def _replaced(photo: Photo, plugin: str, answer: Replacement, load: Callable[[Any], Photo]) -> Photo:
    try:
        new = load(answer.source)
    except Exception as error:
        why = str(error) if isinstance(error, PhotoError) else in_words(error)
        message = f"plugin {plugin} replaced the photo with what cannot be judged: {why}"
        raise _refusal(photo, Reason.INTERNAL, message) from error
    told = f"replaced by plugin {plugin}" + (f": {answer.note}" if answer.note else "")
    size = {"width": new.image.width, "height": new.image.height}
    info = photo.info.model_copy(update={**size, "notes": (*photo.info.notes, *new.info.notes, told)})
    return Photo(new.image, info)


def _refusal(photo: Photo, reason: Reason, message: str) -> PhotoError:
    return PhotoError(Failure(reason=reason, message=f"{photo.info.name}: {message}"), photo.info)
