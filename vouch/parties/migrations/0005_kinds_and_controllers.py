"""What is already there: kinds by their codes, controllers in their own table, one representative at a time."""

from django.db import migrations
from django.db.models import Exists, OuterRef

KINDS = {"92": "sole_trader", "93": "cooperative"}


def sort_out(apps, schema_editor):
    party = apps.get_model("parties", "Party")
    identifier = apps.get_model("parties", "Identifier")
    for prefix, kind in KINDS.items():
        codes = identifier.objects.filter(party=OuterRef("pk"), kind="uscc", value__startswith=prefix)
        party.objects.filter(Exists(codes), kind="enterprise").update(kind=kind)
    post, control = apps.get_model("parties", "Post"), apps.get_model("parties", "Control")
    moved = post.objects.filter(kind="controller").order_by("pk")
    control.objects.bulk_create(
        control(
            party_id=row.enterprise_id,
            controller_id=row.person_id,
            basis="other",
            source="other",
            added_at=row.added_at,
            ended_at=row.ended_at,
        )
        for row in moved
    )
    moved.delete()
    later = post.objects.filter(
        enterprise=OuterRef("enterprise"), kind=OuterRef("kind"), ended_at=None, pk__gt=OuterRef("pk")
    )
    former = post.objects.filter(Exists(later), kind__in=["legal", "owner"], ended_at=None)
    for row in list(former):
        successor = (
            post.objects.filter(enterprise=row.enterprise, kind=row.kind, ended_at=None, pk__gt=row.pk)
            .order_by("pk")
            .first()
        )
        post.objects.filter(pk=row.pk).update(ended_at=successor.added_at)


class Migration(migrations.Migration):
    dependencies = [("parties", "0004_parties_in_full")]

    operations = [migrations.RunPython(sort_out, migrations.RunPython.noop)]
