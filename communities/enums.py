from django.db.models import TextChoices


class CommunityKind(TextChoices):
    PROFESSIONAL = "professional", "专业化物业管理"
    SELF_MANAGED = "self_managed", "社区托管及居民自管"


class CreditGrade(TextChoices):
    A = "A", "A 级"
    B = "B", "B 级"
    C = "C", "C 级"
    D = "D", "D 级"
