"""Check a definition file without a database: every problem with its path and line."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from campaigns.definition import DefinitionError, Problem, check_definition


class Command(BaseCommand):
    help = "检查方案定义文件（YAML 或 JSON），逐条列出位置、行号和问题；有错误时退出码为 1"
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file: Path, **options):
        problems = self._problems(file)
        for problem in problems:
            self.stdout.write(str(problem))
        errors = sum(problem.severity == "error" for problem in problems)
        if errors:
            raise CommandError(f"{file.name}：{errors} 处错误", returncode=1)
        self.stdout.write(f"{file.name}：没有错误，{len(problems)} 处提醒")

    def _problems(self, file: Path) -> list[Problem]:
        try:
            return check_definition(file.read_text("utf-8-sig"))
        except UnicodeDecodeError:
            return [Problem("", 0, "文件不是 UTF-8 编码的文本")]
        except OSError as error:
            raise CommandError(f"无法读取 {file}：{error.strerror}", returncode=1) from None
        except DefinitionError as error:
            return error.problems
