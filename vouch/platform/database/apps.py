from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    name = "vouch.platform.database"
    label = "database"
    verbose_name = "数据库"
