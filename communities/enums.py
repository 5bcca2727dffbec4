from django.db.models import TextChoices


class CommunityKind(TextChoices):
    PROFESSIONAL = "professional", "专业化物业管理"
    SELF_MANAGED = "self_managed", "社区托管及居民自管"


class CreditGrade(TextChoices):
    A = "A", "A 级"
    B = "B", "B 级"
    C = "C", "C 级"
    D = "D", "D 级"


class KnownMetric(TextChoices):
    """Names for the usual facts. A definition may ask for any other code: it is shown as it is."""

    SATISFACTION_RATE = "satisfaction_rate", "业主满意度"
    FEE_COLLECTION_RATE = "fee_collection_rate", "物业服务费收缴率"
    COMPLAINT_COUNT = "complaint_count", "投诉件数"
    COMPLAINT_RATE = "complaint_rate", "投诉率"
    WASTE_SORTING_RATE = "waste_sorting_rate", "生活垃圾分类达标率"
    SAFETY_ACCIDENT_COUNT = "safety_accident_count", "安全责任事故起数"


METRIC_UNITS = {
    KnownMetric.SATISFACTION_RATE: "%",
    KnownMetric.FEE_COLLECTION_RATE: "%",
    KnownMetric.COMPLAINT_COUNT: "件",
    KnownMetric.COMPLAINT_RATE: "件/百户",
    KnownMetric.WASTE_SORTING_RATE: "%",
    KnownMetric.SAFETY_ACCIDENT_COUNT: "起",
}
