"""A program with plugins of its own, which knows nothing of idetex; idetex is one of its plugins."""

import argparse
from pathlib import Path

import pluggy
from PIL import Image

from idetex_plugin import Assessor, Pipeline, as_plugin

hookspec = pluggy.HookspecMarker("gallery")


class Specs:
    """The hooks of the gallery."""

    @hookspec
    def image_saved(self, path: Path, source: Path, quality: int) -> str | None:
        """A picture has been saved. Give a line for the log."""


def saved(pipeline: Pipeline, path: Path, source: Path) -> str:
    """The gallery's hook, with the arguments that are needed of it."""
    verdict = pipeline.after_compression(source, path, "jpeg")
    return "\n  ".join([f"{path.name}: {verdict.outcome}", *verdict.reasons])


def main() -> None:
    """Read the command line, and be a gallery."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("gallery"))
    parser.add_argument("--engine", default="auto")
    wanted = parser.parse_args()
    wanted.out.mkdir(parents=True, exist_ok=True)
    gallery = pluggy.PluginManager("gallery")
    gallery.add_hookspecs(Specs)
    with Assessor(engine=wanted.engine) as assessor:
        gallery.register(as_plugin("gallery", Pipeline("gallery", assessor=assessor), image_saved=saved))
        for source in wanted.photos:
            path = wanted.out / source.name
            Image.open(source).save(path, quality=8)
            print(*gallery.hook.image_saved(path=path, source=source, quality=8), sep="\n")


if __name__ == "__main__":
    main()
