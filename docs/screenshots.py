"""Take the pictures of the pages: `python docs/screenshots.py http://127.0.0.1:8000 USER PASSWORD`.

Needs a running installation (`make run`) and Chromium. Writes docs/screenshots/NAME.png (1440 px wide) and
NAME-phone.png (390 px). The first customer of the list, the one with the best score, stands for all.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

OUT = Path(__file__).resolve().parent / "screenshots"
WIDTHS = {"": 1440, "-phone": 390}
PAGES = {
    "home": "/",
    "customers": "/customers/",
    "imports": "/imports/",
    "policies": "/policies/",
    "messages": "/messages/",
    "ledger": "/ledger/",
}
PANELS = {
    "customer": "",
    "customer-invoices": "invoices/",
    "customer-facts": "facts/",
    "customer-history": "history/",
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address")
    parser.add_argument("user")
    parser.add_argument("password")
    options = parser.parse_args()
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        sys.exit("no Chromium found: install chromium to take the pictures")
    OUT.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for suffix, width in WIDTHS.items():
            page = browser.new_page(viewport={"width": width, "height": 900}, locale="zh-CN")
            take_all(page, options.address.rstrip("/"), suffix, who=(options.user, options.password))
        browser.close()


def take_all(page: Page, address: str, suffix: str, *, who: tuple[str, str]) -> None:
    """Sign in and take every page at the page's width."""
    page.goto(f"{address}/sign-in/")
    take(page, f"sign-in{suffix}")
    page.get_by_label("用户名").fill(who[0])
    page.get_by_label("密码").fill(who[1])
    page.get_by_role("button", name="登录").click()
    page.wait_for_load_state("networkidle")
    for name, path in PAGES.items():
        page.goto(address + path)
        take(page, name + suffix)
    page.goto(f"{address}/customers/?sort=-score")
    first = page.locator("tr[data-row] a").first.get_attribute("href")
    if first is None:
        sys.exit("there are no customers to take pictures of")
    for name, panel in PANELS.items():
        page.goto(address + first + panel)
        take(page, name + suffix)


def take(page: Page, name: str) -> None:
    """One picture, when what the page loads by itself is in and its charts have drawn."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(600)
    page.screenshot(path=OUT / f"{name}.png", full_page=True)
    print(f"docs/screenshots/{name}.png")


if __name__ == "__main__":
    main()
