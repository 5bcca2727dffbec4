from django.core.management.base import BaseCommand, CommandError

from core import audit
from core.models import AuditRecord, Tenant
from core.tenancy import tenant_context


class Command(BaseCommand):
    help = "Verify the chain of records of one tenant or of all."

    def add_arguments(self, parser):
        parser.add_argument("tenant", nargs="?", help="the tenant's slug; all tenants without it")

    def handle(self, *, tenant, **options):
        tenants = Tenant.objects.order_by("id")
        if tenant:
            tenants = tenants.filter(slug=tenant)
            if not tenants:
                raise CommandError(f"没有租户 {tenant}。")
        broken = 0
        for one in tenants:
            with tenant_context(one.pk):
                breaks = list(audit.verify())
                count = AuditRecord.objects.count()
            for found in breaks:
                self.stdout.write(f"{one.slug} {found}")
            broken += len(breaks)
            if not breaks:
                self.stdout.write(f"{one.slug} 记录链完整，共 {count} 条。")
        if broken:
            raise CommandError(f"发现 {broken} 处断裂。")
