import contextlib

from django.core.management.base import BaseCommand

from messaging.test_gateway import TestGateway


class Command(BaseCommand):
    help = "Take SMS over HTTP and print them: for trying out SMS_GATEWAY_URL."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8025)

    def handle(self, *, port, **options):
        server = TestGateway(port, lambda body: self.stdout.write(f"{body['to']} {body['text']}"))
        self.stdout.write(f"SMS_GATEWAY_URL={server.url}")
        with contextlib.suppress(KeyboardInterrupt):
            server.serve_forever()
        server.server_close()
