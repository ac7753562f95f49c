from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "vouch.platform.operations"
    label = "operations"
    verbose_name = "运行与维护"
