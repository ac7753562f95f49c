from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from vouch.platform.courier import templates
from vouch.platform.courier.terms import Group

WELCOME = templates.Template(
    name="demo.welcome",
    title="{name}，欢迎使用演示机构",
    body=(
        "这里的客户、发票和人员都是虚构的，可以放心操作。\n"
        "与您有关的事会出现在“消息”里；在“设置”中填写邮箱并由管理员添加邮件通道后，也会发到邮箱。"
    ),
    group=Group.WORK,
    samples={"name": "李强"},
)


class DemoConfig(AppConfig):
    name = "vouch.demo"
    label = "demo"
    verbose_name = _("演示机构")

    def ready(self) -> None:
        """Say what the demo's staff are welcomed with."""
        templates.register(WELCOME)
