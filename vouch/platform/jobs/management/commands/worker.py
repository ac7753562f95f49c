"""Run the jobs' worker."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand

from vouch.platform.jobs.worker import run_worker


class Command(BaseCommand):
    help = "运行后台任务（vouch run 会自动启动它）。例：vouch worker --concurrency 2"

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=2, help="同时运行的任务数")
        parser.add_argument("--until-empty", action="store_true", help="做完排队的任务后退出")

    def handle(self, *args: Any, **options: Any) -> None:
        run_worker(concurrency=options["concurrency"], wait=not options["until_empty"])
