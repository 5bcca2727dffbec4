from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from core.models import Tenant
from core.tenancy import tenant_context


class Command(BaseCommand):
    help = "A Python shell inside one tenant. One transaction: it commits when you leave."

    def add_arguments(self, parser):
        parser.add_argument("tenant", help="the tenant's slug")
        parser.add_argument("-c", "--command", help="run this instead of asking")

    def handle(self, *, tenant, command, **options):
        found = Tenant.objects.filter(slug=tenant).first()
        if found is None:
            raise CommandError(f"没有租户 {tenant}。")
        with tenant_context(found.pk):
            call_command("shell", command=command)
