from django.apps import AppConfig
from django.core import checks, validators
from django.utils.module_loading import autodiscover_modules


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = "基础"

    def ready(self):
        autodiscover_modules("tasks")  # every process knows every job kind
        checks.register(check_isolation, checks.Tags.database)
        _word_limits()


def check_isolation(app_configs, databases=None, **kwargs):
    """Refuse to start on a database whose isolation has a hole (``check --database default``)."""
    from core.guard import inspect

    if not databases or "default" not in databases:
        return []
    return [checks.Error(str(finding), id="core.E001") for finding in inspect()]


def _word_limits() -> None:
    """Django's limits in the words of our own fields: what is allowed, what was given."""
    validators.MaxLengthValidator.message = "最多 %(limit_value)d 个字，现有 %(show_value)d 个字。"
    validators.MinLengthValidator.message = "至少 %(limit_value)d 个字，现有 %(show_value)d 个字。"
    validators.MaxValueValidator.message = "不能大于 %(limit_value)s。"
    validators.MinValueValidator.message = "不能小于 %(limit_value)s。"
    validators.DecimalValidator.messages = {
        "invalid": "请填写数字。",
        "max_digits": "数字太长，最多 %(max)s 位。",
        "max_decimal_places": "小数最多 %(max)s 位。",
        "max_whole_digits": "小数点前最多 %(max)s 位。",
    }
