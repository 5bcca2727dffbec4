"""Score files without a database: what a definition makes of given facts and marks."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from campaigns.definition import DefinitionError, load_definition, shipped_definitions
from scoring.simulation import MarksError, as_json, read_entrants, simulate, table_text


class Command(BaseCommand):
    help = (
        "按方案定义模拟评分：不连接数据库，列出总分、各类得分、原则要求、等次、名次和理由；"
        "文件格式见 docs/simulation.md；文件有错误时逐条列出位置，退出码为 1"
    )
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument("definition", help="方案定义文件（YAML、JSON），或随附方案的名称")
        parser.add_argument("marks", type=Path, help="数据与评分文件（.json 或 .xlsx）")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")

    def handle(self, *args, definition: str, marks: Path, **options):
        try:
            loaded = load_definition(shipped_definitions().get(definition) or Path(definition))
            simulation = simulate(loaded, read_entrants(loaded, marks))
        except DefinitionError as error:
            listed = "\n".join(str(problem) for problem in error.problems)
            raise CommandError(f"方案定义不能使用：\n{listed}", returncode=1) from None
        except MarksError as error:
            raise CommandError(f"数据与评分文件不能使用：\n{error}", returncode=1) from None
        except OSError as error:
            raise CommandError(f"无法读取 {definition}：{error.strerror}", returncode=1) from None
        if options["json"]:
            self.stdout.write(json.dumps(as_json(simulation), ensure_ascii=False, indent=1))
        else:
            self.stdout.write(table_text(simulation))
