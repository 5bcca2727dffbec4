from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.tenants import disable_user
from core import audit


class Command(BaseCommand):
    help = "Shut a person out of the whole platform, sessions included."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *, username, **options):
        user = User.objects.filter(username=User.objects.normalise(username)).first()
        if user is None:
            raise CommandError(f"没有登录名 {username}。")
        disable_user(user, actor=audit.SYSTEM)
        self.stdout.write(f"已停用 {user.username}。")
