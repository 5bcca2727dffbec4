from django.apps import AppConfig
from django.core import checks
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"

    def ready(self):
        autodiscover_modules("tasks")  # every process knows every job kind
        checks.register(check_isolation, checks.Tags.database)


def check_isolation(app_configs, databases=None, **kwargs):
    """Refuse to start on a database whose isolation has a hole (``check --database default``)."""
    from core.guard import inspect

    if not databases or "default" not in databases:
        return []
    return [checks.Error(str(finding), id="core.E001") for finding in inspect()]
