import time

from django.core.management.base import BaseCommand

from core.tenancy import tenant_context
from portal.demo.report import accounts, report
from portal.demo.run import Demo, wait_for_jobs
from portal.demo.small_plans import SMALL_PLANS
from portal.demo.small_report import small_report
from portal.demo.small_run import SmallDemo


class Command(BaseCommand):
    help = "Run the four shipped campaigns, a tenant each; needs a running worker and relay."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=2023, help="same seed, same result")
        parser.add_argument("--only", default="", help="key of one definition, e.g. houma_2025")

    def handle(self, *, seed, only, **options):
        started = time.monotonic()

        def say(text):
            self.stderr.write(f"[{time.monotonic() - started:5.0f} 秒] {text}")

        password = ""
        if only in ("", "qinhuangdao_2023"):
            demo = Demo(seed, say)
            demo.run()
            password = demo.world.password
            with tenant_context(demo.world.tenant.pk):
                lines = report(demo, time.monotonic() - started) + accounts(demo)
            self.stdout.write("\n".join(lines))
        for plan in SMALL_PLANS:
            if only in ("", plan.key):
                self._run_small(plan, say, password)

    def _run_small(self, plan, say, password) -> None:
        began = time.monotonic()
        demo = SmallDemo(plan, say, password)
        demo.run(lambda: wait_for_jobs(demo.world.tenant.pk))
        with tenant_context(demo.world.tenant.pk):
            self.stdout.write("\n".join(small_report(demo, time.monotonic() - began)))
