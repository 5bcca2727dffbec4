from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.second_factor import drop_second_factor
from core import audit
from core.errors import Refused


class Command(BaseCommand):
    help = "Remove a lost second factor of somebody whom no single tenant may free."

    def add_arguments(self, parser):
        parser.add_argument("username")

    def handle(self, *, username, **options):
        user = User.objects.filter(username=User.objects.normalise(username)).first()
        if user is None:
            raise CommandError(f"没有登录名 {username}。")
        try:
            drop_second_factor(user, actor=audit.SYSTEM)
        except Refused as refused:
            raise CommandError(refused.message) from refused
        self.stdout.write(f"已清除 {user.username} 的动态口令。")
