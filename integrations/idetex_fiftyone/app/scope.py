"""Which photos the panel is about: those of the user's view, and of them those that its own filters leave."""

from __future__ import annotations

import json
from typing import Any

import fiftyone as fo
from bson import json_util
from fiftyone.server.view import get_view

from idetex_fiftyone.app.filters import Filters
from idetex_fiftyone.truth.meant import flat

Stages = list[dict[str, Any]]


class Scope:
    """The view that the user chose, by the grid, the view bar or the sidebar, and the panel's filters on top of it.

    The panel notes which stages it set. While the App shows these, the user's own view is what lay below them; once the
    App shows others, the user has chosen anew, and the filters are gone.
    """

    def __init__(self, ctx: Any, run: str, name: str) -> None:
        self._ctx, self.run, self.name = ctx, run, name
        state = ctx.panel.state
        shown = _stages(ctx)
        if state.mine and _plain(shown) == _plain(state.mine):
            self._base: Stages = list(state.base or [])
            self.filters = Filters.of(state.filters)
        else:
            self._base, self.filters = shown, Filters()
        request = ctx.request_params
        self.view = flat(
            get_view(
                ctx.dataset, stages=self._base, filters=request.get("filters"), extended_stages=request.get("extended"),
                reload=False,
            )
        )  # fmt: skip

    @property
    def shown(self) -> Any:
        """What the filters leave of the user's view."""
        return self.filters.view(self.view, self.run, self.name)

    @property
    def whole(self) -> bool:
        """Whether the user chose the whole dataset."""
        return not self._base and not self._ctx.request_params.get("filters")

    def choose(self, filters: Filters) -> None:
        """Filter, and show it in the grid; without filters, the user's own view comes back."""
        self.filters = filters
        view = fo.DatasetView._build(self._ctx.dataset, self._base)
        if filters != Filters():
            view = filters.view(flat(view), self.run, self.name)
        stages = json.loads(json_util.dumps(view._serialize()))
        self._ctx.panel.state.base = self._base
        self._ctx.panel.state.mine = stages if filters != Filters() else []
        self._ctx.panel.state.filters = filters.document()
        self._ctx.ops.set_view(view)


def _stages(ctx: Any) -> Stages:
    request = ctx.request_params
    if request.get("view_name"):
        saved = ctx.dataset.load_saved_view(request["view_name"])
        return list(json.loads(json_util.dumps(saved._serialize())))
    return list(request.get("view") or [])


def _plain(stages: Stages) -> str:
    return json.dumps([[stage["_cls"], stage["kwargs"]] for stage in stages], sort_keys=True)
