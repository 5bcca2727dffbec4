from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.services.invitations import link_of
from accounts.services.tenants import open_tenant
from core import audit
from core.tenancy import tenant_context


class Command(BaseCommand):
    help = "Open a tenant and print the invitation link of its first administrator."

    def add_arguments(self, parser):
        parser.add_argument("slug")
        parser.add_argument("name")
        parser.add_argument(
            "--admin", default="系统管理员", help="the administrator's name or post"
        )
        parser.add_argument("--email", default="", help="where the invitation is mailed to")
        parser.add_argument("--no-second-factor", action="store_true")
        parser.add_argument("--training", action="store_true", help="its clock may be shifted")

    def handle(self, *, slug, name, admin, email, no_second_factor, training, **options):
        try:
            tenant, invitation = open_tenant(
                slug=slug,
                name=name,
                admin_name=admin,
                admin_email=email,
                actor=audit.SYSTEM,
                requires_second_factor=not no_second_factor,
                is_training=training,
            )
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        with tenant_context(tenant.pk):
            link = link_of(invitation)
        self.stdout.write(
            f"已开通 {tenant.name}（{tenant.slug}）。管理员邀请链接，7 天内有效：\n{link}"
        )
