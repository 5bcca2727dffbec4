import signal
import threading

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, connections
from kombu.exceptions import OperationalError

from core.relay import send_due_jobs


class Command(BaseCommand):
    help = "Hand due jobs to Celery until stopped."

    def add_arguments(self, parser):
        parser.add_argument("--interval", type=float, default=0.5, help="seconds between looks")
        parser.add_argument("--once", action="store_true")

    def handle(self, *, interval, once, **options):
        stopping = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stopping.set())
        mark = settings.VAR_DIR / "relay.alive"  # its age is the health of the relay
        while not stopping.is_set():
            try:
                sent = send_due_jobs()
                mark.touch()
            except (DatabaseError, OperationalError, OSError) as error:
                self.stderr.write(f"relay: {error}")
                connections["relay"].close()
                sent = 0
            if once:
                break
            if not sent:
                stopping.wait(interval)
