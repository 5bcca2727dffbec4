from datetime import timedelta

from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.models import Tenant
from core.tenancy import tenant_context
from documents.selectors import damaged_files, orphaned_paths


class Command(BaseCommand):
    help = "Compare all stored files with their hashes; list (or delete) files without a row."

    def add_arguments(self, parser):
        parser.add_argument("tenant", nargs="?", help="the tenant's slug; all tenants without it")
        parser.add_argument("--delete-orphans", action="store_true")

    def handle(self, *, tenant, delete_orphans, **options):
        tenants = Tenant.objects.order_by("id")
        if tenant:
            tenants = tenants.filter(slug=tenant)
            if not tenants:
                raise CommandError(f"没有租户 {tenant}。")
        day_ago = timezone.now() - timedelta(days=1)
        broken = 0
        for one in tenants:
            with tenant_context(one.pk):
                damages = list(damaged_files())
                orphans = list(orphaned_paths(day_ago))
            for damage in damages:
                self.stdout.write(f"{one.slug} {damage.row}（{damage.path}）：{damage.what}")
            for path in orphans:
                if delete_orphans:
                    default_storage.delete(path)
                self.stdout.write(f"{one.slug} 没有登记的文件：{path}")
            broken += len(damages)
            if not damages:
                self.stdout.write(f"{one.slug} 文件完好。")
        if broken:
            raise CommandError(f"发现 {broken} 个文件缺失或被改动。")
