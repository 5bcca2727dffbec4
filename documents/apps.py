from django.apps import AppConfig
from django.core import checks


class DocumentsConfig(AppConfig):
    name = "documents"
    verbose_name = "文件"

    def ready(self):
        checks.register(check_fonts)


def check_fonts(app_configs, **kwargs):
    """Warn when PDFs cannot be made for want of fonts; `readyz` tells the same."""
    from documents.fonts import font_problems

    return [checks.Warning(problem, id="documents.W001") for problem in font_problems()]
