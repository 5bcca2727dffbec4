from django.apps import AppConfig


class ScoringConfig(AppConfig):
    name = "scoring"
    verbose_name = "评分"

    def ready(self):
        import scoring.selectors.requirements  # noqa: F401 - registers its judge
