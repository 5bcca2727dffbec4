"""Health checks of the containers: `python deploy/health.py web` or `relay`. Standard library only."""

import os
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

OLDEST_LOOK = 30  # seconds since the relay last read the job rows
RELAY_MARK = Path(__file__).resolve().parent.parent / "var" / "relay.alive"


def check_web() -> None:
    site = urlsplit(os.environ["BASE_URL"])
    request = urllib.request.Request(
        "http://127.0.0.1:8000/readyz",
        headers={"Host": site.netloc, "X-Forwarded-Proto": site.scheme},
    )
    urllib.request.urlopen(request, timeout=5).close()


def check_relay() -> None:
    age = time.time() - RELAY_MARK.stat().st_mtime
    if age > OLDEST_LOOK:
        sys.exit(f"the relay last looked {age:.0f} s ago")


if __name__ == "__main__":
    {"web": check_web, "relay": check_relay}[sys.argv[1]]()
