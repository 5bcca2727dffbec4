#!/usr/bin/env python3
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    from django.core.management import execute_from_command_line

    import config.celery  # noqa: F401 - tasks are sent through our app

    execute_from_command_line(sys.argv)
