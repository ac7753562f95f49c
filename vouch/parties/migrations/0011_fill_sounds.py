"""Names spelled in pinyin, for customers that are there already; former names of firms are searched by too."""

import unicodedata

from django.db import migrations

from vouch.engine.pinyin import sound_text

PORTION = 2000
NATURAL_PERSONS = {"person", "farmer"}
ERASED = "erased"


def plain_text(text):
    """As ``vouch.parties.queries.plain_text`` read names when this was written."""
    return unicodedata.normalize("NFKC", text).upper()


def fill(apps, _schema_editor):
    """Each record's own names first, then what was merged into it; a portion at a time."""
    party, former_value = (apps.get_model("parties", name) for name in ("Party", "FormerValue"))
    former = {}
    names = former_value.objects.filter(field="name").exclude(value="").order_by("-replaced_at", "-pk")
    for owner, value in names.values_list("party_id", "value"):
        former.setdefault(owner, []).append(value)
    last = 0
    while rows := list(party.objects.filter(pk__gt=last).exclude(status=ERASED).order_by("pk")[:PORTION]):
        last = rows[-1].pk
        for row in rows:
            known = [row.name, *former.get(row.pk, ())[:10]]
            sounds = [sound_text(name, is_person=row.kind in NATURAL_PERSONS) for name in known]
            row.sound_text = "|".join(filter(None, sounds))
            row.search_text = " ".join([row.search_text, *map(plain_text, known[1:])])
        party.objects.bulk_update(rows, ["sound_text", "search_text"], batch_size=500)
    for gone in party.objects.exclude(canonical=None).order_by("pk"):
        stays = gone.canonical
        stays.sound_text = "|".join(filter(None, (stays.sound_text, gone.sound_text)))
        # Its present name and codes are there since the merge.
        stays.search_text = " ".join([stays.search_text, *map(plain_text, former.get(gone.pk, ())[:10])])
        stays.save(update_fields=["sound_text", "search_text"])


class Migration(migrations.Migration):
    dependencies = [("parties", "0010_sounds")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop, elidable=True)]
