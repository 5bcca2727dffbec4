"""Print the JSON Schema of definition files; needs no database."""

from django.core.management.base import BaseCommand

from campaigns.json_schema import definition_schema


class Command(BaseCommand):
    help = "输出方案定义文件的 JSON Schema，供编辑器提示和检查"
    requires_system_checks = ()

    def handle(self, *args, **options):
        self.stdout.write(definition_schema(), ending="")
