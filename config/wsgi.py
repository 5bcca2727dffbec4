import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
import config.celery  # noqa: E402, F401 - tasks are sent through our app

application = get_wsgi_application()
