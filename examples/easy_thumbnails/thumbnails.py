"""easy-thumbnails, the thumbnailer for Django, with a receiver that judges every thumbnail it makes."""

import argparse
from pathlib import Path

import django
from django.conf import settings

from idetex_plugin import Assessor, Pipeline

SECOND_TRY = 90


def set_up(media: Path) -> None:
    """Configure Django for this script alone: files in one folder, a database in memory."""
    settings.configure(
        INSTALLED_APPS=["easy_thumbnails"],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        MEDIA_ROOT=str(media),
        THUMBNAIL_QUALITY=10,
    )
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def judge(pipeline: Pipeline) -> None:
    """From now on, encode every thumbnail again that does not pass."""
    from django.dispatch import receiver
    from easy_thumbnails.signals import thumbnail_created

    @receiver(thumbnail_created, weak=False)
    def saved(sender, **_):
        verdict = pipeline.after_compression(sender.image, sender.path, "jpeg", sender.thumbnail_options)
        print(f"{Path(sender.path).name}: {verdict.outcome}", *verdict.reasons, sep="\n  ")
        if verdict.outcome != "pass":
            sender.image.save(sender.path, "JPEG", quality=SECOND_TRY)
            print(f"  encoded again at quality {SECOND_TRY}")


def main() -> None:
    """Read the command line and make the thumbnails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photos", nargs="+", type=Path)
    parser.add_argument("--out", type=Path, default=Path("media"))
    parser.add_argument("--engine", default="auto")
    wanted = parser.parse_args()
    set_up(wanted.out)
    from django.core.files.storage import default_storage
    from easy_thumbnails.files import get_thumbnailer

    with Assessor(engine=wanted.engine) as assessor:
        judge(Pipeline("easy-thumbnails", policy="thumbnail", assessor=assessor))
        for photo in wanted.photos:
            with photo.open("rb") as file:
                name = default_storage.save(photo.name, file)
            get_thumbnailer(default_storage, relative_name=name).get_thumbnail({"size": (320, 320)})


if __name__ == "__main__":
    main()
