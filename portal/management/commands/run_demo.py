import time

from django.core.management.base import BaseCommand

from core.tenancy import tenant_context
from portal.demo.report import accounts, report
from portal.demo.run import Demo


class Command(BaseCommand):
    help = "Run the main job on the Qinhuangdao campaign; needs a running worker and relay."

    def add_arguments(self, parser):
        parser.add_argument("--seed", type=int, default=2023, help="same seed, same result")

    def handle(self, *, seed, **options):
        started = time.monotonic()

        def say(text):
            self.stderr.write(f"[{time.monotonic() - started:5.0f} 秒] {text}")

        demo = Demo(seed, say)
        demo.run()
        with tenant_context(demo.world.tenant.pk):
            lines = report(demo, time.monotonic() - started) + accounts(demo)
        self.stdout.write("\n".join(lines))
