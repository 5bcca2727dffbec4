from django.core.management.base import BaseCommand, CommandError

from core.guard import inspect


class Command(BaseCommand):
    help = "Look for holes in the tenant isolation of the database."

    def handle(self, **options):
        findings = inspect()
        for finding in findings:
            self.stdout.write(str(finding))
        if findings:
            raise CommandError(f"发现 {len(findings)} 处隔离缺陷。")
        self.stdout.write("租户隔离检查通过。")
