import sys
from getpass import getpass

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from accounts.services.platform import create_platform_admin, set_platform_second_factor
from core import audit


class Command(BaseCommand):
    help = "Create a platform administrator; the password is asked for, or read from a pipe."

    def add_arguments(self, parser):
        parser.add_argument("username")
        parser.add_argument("--name", default="平台管理员")
        parser.add_argument("--email", default="")
        parser.add_argument(
            "--no-second-factor", action="store_true", help="for no platform administrator"
        )

    def handle(self, *, username, name, email, no_second_factor, **options):
        username = User.objects.normalise(username)
        if User.objects.filter(username=username).exists():
            raise CommandError(f"登录名 {username} 已经存在。")
        user = User(username=username, name=name, email=email, is_platform_admin=True)
        password = getpass("密码：") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
        try:
            validate_password(password, user)
        except ValidationError as error:
            raise CommandError("".join(error.messages)) from error
        create_platform_admin(user, password)
        if no_second_factor:
            set_platform_second_factor(False, actor=audit.SYSTEM)
        self.stdout.write(f"已创建平台管理员 {username}。")
