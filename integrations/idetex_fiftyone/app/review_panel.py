"""The panel to review and to filter by: a photo at a time with one key for each answer, histograms, and the files."""

from __future__ import annotations

from typing import Any

import fiftyone.operators as foo
from fiftyone.operators import types

from idetex_fiftyone.app import tabs
from idetex_fiftyone.app.card_view import LETTERS, RELABEL
from idetex_fiftyone.app.filter_events import FilterEvents
from idetex_fiftyone.app.filters import Filters
from idetex_fiftyone.app.forms import assessed_runs
from idetex_fiftyone.app.installation import is_current, plugins_folder
from idetex_fiftyone.app.keys import UNDO, Keys
from idetex_fiftyone.app.queue import WORST, Card, card, next_photo
from idetex_fiftyone.app.reviewer import reviewer
from idetex_fiftyone.app.scope import Scope
from idetex_fiftyone.counts import figures
from idetex_fiftyone.freshness import look
from idetex_fiftyone.truth.fields import DEFAULT, truths
from idetex_fiftyone.truth.meant import meant
from idetex_fiftyone.truth.review import Action, Review
from idetex_fiftyone.truth.sheet import ACCEPTED, CORRECTED, REJECTED

START = {
    "order": WORST, "tab": tabs.REVIEW, "name": DEFAULT, "skipped": [], "sample": "", "region": "",
    "told": "", "fresh": "", "filters": {}, "mine": [], "base": [],
}  # fmt: skip

ANSWERS = "accept", "reject", "severity", "relabel", "accept_all", "reject_all", "level", "finish", "undo"
CHANGES = frozenset((*ANSWERS, "tag", "untag", "refresh"))
"""After these the grid loads its samples again, once the panel is drawn."""
CHOICES = {"choose_run": "run", "choose_tab": "tab", "choose_order": "order"}
"""Events of lists and tabs, and what they choose. The App tells of them also when it draws them for the first time."""


class ReviewPanel(FilterEvents, foo.Panel):
    """Filter the grid by what is wrong, and say of every photo what is right."""

    @property
    def config(self) -> foo.PanelConfig:
        """Name and label."""
        return foo.PanelConfig(name="idetex_review", label="idetex review", icon="fact_check", surfaces="grid")

    def execute(self, ctx: Any) -> Any:
        """Answer an event and draw. Events are numbered, and the key that caused one is named, so that the App's side
        knows the answer to a key from a drawing that was on its way earlier."""
        event = _event(ctx)
        if event in CHOICES and ctx.params["value"] == getattr(ctx.panel.state, CHOICES[event]):
            event = ctx.params["__method__"] = "draw_again"
        if event and event != "draw_again" and not event.startswith("on_"):
            ctx.panel.state.turn = _turn(ctx) + 1
        if press := ctx.params.get("press"):
            ctx.panel.state.press = press
        result = super().execute(ctx)
        if event in CHANGES:
            ctx.ops.reload_samples()
        return result

    def draw_again(self, ctx: Any) -> None:
        """Nothing but draw."""

    def on_load(self, ctx: Any) -> None:
        """Start with the first run and the view that the App shows."""
        names = assessed_runs(ctx.dataset) if ctx.dataset else []
        ctx.panel.state.runs = names
        if names and ctx.panel.state.run not in names:
            ctx.panel.set_state({**START, "run": names[0]})
        if names and DEFAULT not in truths(ctx.dataset):
            self._review(ctx)
            ctx.ops.reload_dataset()

    on_change_dataset = on_load

    def on_change_view(self, ctx: Any) -> None:
        """The user chose other photos: FiftyOne draws again after this."""

    def on_change_current_sample(self, ctx: Any) -> None:
        """The user opened or closed a photo, and may have drawn in it: FiftyOne draws again after this."""

    def on_change_selected(self, ctx: Any) -> None:
        """The user selected photos: FiftyOne draws again after this."""

    def choose_run(self, ctx: Any) -> None:
        """Review another run."""
        self._scope(ctx).choose(Filters())
        ctx.panel.set_state({"run": ctx.params["value"], "skipped": [], "sample": "", "region": "", "fresh": ""})

    def choose_tab(self, ctx: Any) -> None:
        """Show another part of the panel."""
        ctx.panel.state.tab = ctx.params["value"]

    def choose_order(self, ctx: Any) -> None:
        """Review in another order."""
        ctx.panel.set_state({"order": ctx.params["value"], "skipped": [], "sample": "", "region": ""})

    def refresh(self, ctx: Any) -> None:
        """Draw again; what is counted is counted anew if a sample has changed."""
        self.on_load(ctx)

    def scan(self, ctx: Any) -> None:
        """Look for files that are new, that changed, or that had failed and are there."""
        ctx.panel.state.fresh = str(look(self._scope(ctx).view, ctx.panel.state.run))

    def accept(self, ctx: Any) -> None:
        """The region is right."""
        self._say(ctx, ACCEPTED)

    def reject(self, ctx: Any) -> None:
        """The region is wrong."""
        self._say(ctx, REJECTED)

    def severity(self, ctx: Any) -> None:
        """The region is right but for its severity."""
        self._say(ctx, CORRECTED, severity=ctx.params["severity"])

    def relabel(self, ctx: Any) -> None:
        """The region is right, its distortion is another."""
        sample, _, region = ctx.params["path"].rpartition(RELABEL)[2].partition("_")
        ctx.params.update(sample=sample, region=region)
        self._say(ctx, CORRECTED, label=ctx.params["value"])

    def next_region(self, ctx: Any) -> None:
        """Ask about the photo's next region."""
        found = self._card(ctx, ctx.params["sample"])
        ctx.panel.set_state(
            {"sample": ctx.params["sample"], "region": found.after(ctx.params["region"]) if found else ""}
        )

    def accept_all(self, ctx: Any) -> None:
        """Every region shown that waits is right."""
        self._say_all(ctx, ACCEPTED)

    def reject_all(self, ctx: Any) -> None:
        """Every region shown that waits is wrong."""
        self._say_all(ctx, REJECTED)

    def level(self, ctx: Any) -> None:
        """The photo is of this level."""
        sample, region = ctx.params["sample"], ctx.params["region"]
        ctx.panel.set_state({"sample": sample, "region": region})
        self._told(ctx, self._review(ctx).level([sample], ctx.params["level"]))

    def finish(self, ctx: Any) -> None:
        """Nothing (more) is wrong in the photo, and what waits is rejected: the next photo comes."""
        done = self._review(ctx).finish([ctx.params["sample"]], ctx.panel.state.run, reject_rest=True)
        self._leave(ctx)
        self._told(ctx, done)

    def later(self, ctx: Any) -> None:
        """Another photo first."""
        ctx.panel.state.skipped = [*ctx.panel.state.skipped, ctx.params["sample"]]
        self._leave(ctx)

    def unskip(self, ctx: Any) -> None:
        """Look at the photos left for later now."""
        ctx.panel.state.skipped = []
        self._leave(ctx)

    def undo(self, ctx: Any) -> None:
        """Take the reviewer's last action back, and look at its photo again if it was one."""
        undone = self._review(ctx).undo()
        if undone is None:
            ctx.panel.state.told = "Nothing to undo"
            return
        if len(undone.touched) == 1:
            ctx.panel.set_state({"sample": undone.touched[0], "region": ""})
        self._told(ctx, undone)

    def open_photo(self, ctx: Any) -> None:
        """Open the photo in the App's tab “Annotate”, which draws, moves and deletes regions of the truth.

        Of the ways to open it, only “annotate” makes FiftyOne read what can be drawn in: the truth may be newer than
        the page. It shows the truth alone, and the grid's fields again when the tab is left.
        """
        ctx.trigger("annotate", {"id": ctx.params["sample"], "field_path": self._review(ctx).fields.truth})

    def render(self, ctx: Any) -> types.Property:
        """The whole panel."""
        panel = types.Object()
        state = ctx.panel.state
        if not state.run:
            panel.md("No run yet. Press **`** and choose *idetex: assess images*.", name="empty")
            return types.Property(panel)
        scope = self._scope(ctx)
        counts = figures(scope.view, state.run, state.name)
        tabs.head(self, panel, ctx, counts, scope)
        card, wanted = self.current(ctx) if state.tab == tabs.REVIEW else (None, "")
        keys = Keys(self, LETTERS if state.tab == tabs.REVIEW else UNDO)
        if not is_current(plugins_folder()):
            panel.md("**Keys need this version's files**: `idetex fiftyone install`, then restart the App.", name="old")
        else:
            keys.show(panel, card.sample if card else "", _turn(ctx), state.press or "")
        if state.tab == tabs.FILTER:
            shown = figures(scope.shown, state.run, state.name)
            tabs.filters(self, keys, panel, ctx, counts, shown, scope)
        elif state.tab == tabs.FILES:
            tabs.files(self, panel, ctx, counts)
        else:
            tabs.review(self, keys, panel, ctx, card, wanted)
        return types.Property(panel, view=types.GridView(orientation="vertical", gap=1, pad=1))

    def _review(self, ctx: Any) -> Review:
        return Review(ctx.dataset, ctx.panel.state.name, reviewer(ctx))

    def _card(self, ctx: Any, sample: str) -> Card | None:
        return card(ctx.dataset, sample, ctx.panel.state.run, ctx.panel.state.name)

    def current(self, ctx: Any) -> tuple[Card | None, str]:
        """The photo in hand while the view shows it, else the next one, and the id of the region to ask about.

        Nothing is noted in the panel's state: FiftyOne draws many times after a change of the view, and more often if
        the state changes as well.
        """
        state, scope = ctx.panel.state, self._scope(ctx)
        found = self._card(ctx, state.sample) if state.sample else None
        if found is not None and len(scope.view.select(found.sample)):
            return found, state.region
        following = next_photo(scope.shown, state.run, state.name, state.order, state.skipped)
        found = self._card(ctx, following) if following else None
        return found, self._first(scope, found) if found else ""

    def _first(self, scope: Scope, found: Card) -> str:
        """The region to begin with: one that the filters chose, if they chose regions."""
        if scope.filters.region(scope.name) is None:
            return ""
        shown = scope.shown.select(found.sample).values(f"{scope.run}_regions.detections.id", unwind=True)
        return next((str(each["_id"]) for each in found.regions if str(each["_id"]) in shown), "")

    def _say(self, ctx: Any, verdict: str, **new: Any) -> None:
        sample, region = ctx.params["sample"], ctx.params["region"]
        done = self._review(ctx).say({sample: [region]}, ctx.panel.state.run, verdict, again=True, **new)
        found = self._card(ctx, sample)
        ctx.panel.set_state({"sample": sample, "region": found.next_waiting(region) if found else ""})
        self._told(ctx, done)

    def _say_all(self, ctx: Any, verdict: str) -> None:
        state, scope = ctx.panel.state, self._scope(ctx)
        self._told(ctx, self._review(ctx).say(meant(scope.shown, state.run), state.run, verdict))

    def _told(self, ctx: Any, action: Action) -> None:
        ctx.panel.state.told = f"{action}, by {reviewer(ctx)}"


def _event(ctx: Any) -> str:
    """The name of the event that the panel answers."""
    return str(ctx.params.get("__method__") or "")


def _turn(ctx: Any) -> int:
    return int(ctx.panel.state.turn or 0)
