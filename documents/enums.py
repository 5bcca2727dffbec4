from django.db.models import TextChoices


class MediaKind(TextChoices):
    IMAGE = "image", "图片"
    PDF = "pdf", "PDF 文件"
    VIDEO = "video", "视频"


class DocumentKind(TextChoices):
    APPLICATION_FORM = "application_form", "申报表"
    CASE_REPORT = "case_report", "典型案例材料"
    SCORE_SUMMARY = "score_summary", "评分汇总表"
    PUBLIC_NOTICE = "public_notice", "名单公示"
    ANNOUNCEMENT = "announcement", "名单公布"
