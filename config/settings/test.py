"""The same settings with cheap passwords; database, role, broker and worker are the real ones."""

import os

from config import embedded
from config.settings.base import *  # noqa: F403
from config.settings.base import CACHES, DATABASES, REDIS_URL, STORAGES, TEMPLATES, VAR_DIR

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
_worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
STORAGES["default"]["OPTIONS"]["location"] = str(VAR_DIR / "test-media" / _worker)
# Each test process has a Redis database of its own, away from the one that serves.
_redis = f"{REDIS_URL.rsplit('?')[0]}?db={10 + int(''.join(filter(str.isdigit, _worker)) or -1)}"
CACHES["default"]["LOCATION"] = _redis
CELERY_BROKER_URL = embedded.broker_url(_redis)
JOB_LEASE_SECONDS = 3
for _database in DATABASES.values():
    _database["TEST"] = {"NAME": f"test_jiayuan_{_worker}"}
    _database["CONN_MAX_AGE"] = 0
# A subprocess of a test (worker, server) is pointed at the test's database.
if os.environ.get("JIAYUAN_TEST_DATABASE"):
    for _database in DATABASES.values():
        _database["NAME"] = os.environ["JIAYUAN_TEST_DATABASE"]


class UndefinedVariable(str):
    """A template variable that is not there fails the test."""

    def __mod__(self, missing):
        raise AssertionError(f"undefined template variable {missing}")


TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = UndefinedVariable("%s")
