from django.db.models import TextChoices


class JobState(TextChoices):
    QUEUED = "queued", "排队中"
    RUNNING = "running", "进行中"
    DONE = "done", "已完成"
    DEAD = "dead", "未完成"
