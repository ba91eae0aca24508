"""A headless Chromium for the widget's tests, and the hands to use the widget with."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
AXE_PACKAGES = ("selenium_axe_python", "axe_selenium_python")
ROOT = "document.querySelector('adviser-chat').shadowRoot"


def missing(what: str) -> NoReturn:
    """Skip where a developer lacks a browser; fail where the project promises one."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{what} is missing, and this run must have it")
    pytest.skip(f"{what} is not installed here")


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """Start a browser of our own with a fresh profile and end it afterwards."""
    binary, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not binary or not driver:
        missing("chromium or chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = binary
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    running = webdriver.Chrome(options=options, service=Service(driver))
    try:
        yield running
    finally:
        running.quit()


def axe_source() -> str:
    """Return the accessibility engine's script from whichever package carries it."""
    for name in AXE_PACKAGES:
        spec = importlib.util.find_spec(name)
        folder = Path(spec.origin).parent if spec and spec.origin else None
        for script in sorted(folder.rglob("axe.min.js")) if folder else ():
            return script.read_text(encoding="utf-8")
    missing("axe-core")


class Reader:
    """Somebody in front of the widget: looks at what is visible, types and clicks."""

    def __init__(self, driver: webdriver.Chrome) -> None:
        self.driver = driver
        self.resize(1280, 860)
        self.prefer()

    def visit(self, address: str) -> Reader:
        """Open an address; a server on a port of its own is a site the tab remembers nothing of."""
        self.driver.get(address)
        self.wait(lambda: self.script("return document.querySelector('adviser-chat') !== null"))
        return self

    def resize(self, width: int, height: int) -> None:
        """Set the size of the page in CSS pixels."""
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def prefer(self, **features: str) -> None:
        """Set system preferences, e.g. `prefers_color_scheme="dark"`; motion is always reduced."""
        wanted = {"prefers-reduced-motion": "reduce"} | {
            key.replace("_", "-"): value for key, value in features.items()
        }
        media = [{"name": name, "value": value} for name, value in wanted.items()]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": media})

    def connect(self, online: bool) -> None:
        """Plug the network in or out."""
        conditions = {"offline": not online, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
        self.driver.execute_cdp_cmd("Network.enable", {})
        self.driver.execute_cdp_cmd("Network.emulateNetworkConditions", conditions)

    def script(self, source: str, *arguments: Any) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(source, *arguments)

    def find(self, selector: str) -> list[WebElement]:
        """Every visible element of the widget that fits the selector."""
        shown = "e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length > 0"
        return list(
            self.script(f"return [...{ROOT}.querySelectorAll(arguments[0])].filter({shown})", selector)
        )

    def see(self, selector: str) -> WebElement:
        """Wait for the first visible element that fits the selector."""
        return self.wait(lambda: next(iter(self.find(selector)), None), f"{selector} never appeared")

    def see_words(self, words: str, selector: str = ".frame") -> None:
        """Wait until the words can be read within the element."""
        self.wait(lambda: words in self.text(selector), f"{words!r} never appeared in {selector}")

    def text(self, selector: str = ".frame") -> str:
        """The visible words of the first element that fits."""
        found = self.find(selector)
        return found[0].text if found else ""

    def write(self, text: str) -> None:
        """Type into the message field and press Enter."""
        self.see("textarea").send_keys(text, Keys.ENTER)

    def ask(self, text: str) -> WebElement:
        """Send a message, wait for the adviser's next entry and return it."""
        before = len(self.find(".entry.adviser"))
        self.write(text)
        self.wait(lambda: len(self.find(".entry.adviser")) > before, f"no reply to {text!r}")
        return self.find(".entry.adviser")[-1]

    def press(self, *keys: str) -> None:
        """Press keys wherever the focus is."""
        for key in keys:
            webdriver.ActionChains(self.driver).send_keys(key).perform()

    def focused(self) -> str:
        """What has the focus: the class, id or tag of the element within the widget."""
        return str(
            self.script(f"const f = {ROOT}.activeElement; return f ? f.className || f.id || f.tagName : ''")
        )

    def wait(self, condition: Callable[[], Any], message: str = "it never happened") -> Any:
        """Wait up to eight seconds for a truthy answer and return it."""
        try:
            return WebDriverWait(self.driver, 8, poll_frequency=0.05).until(lambda _: condition())
        except TimeoutException:
            pytest.fail(f"{message}; the widget shows: {self.text()[:1500]!r}")

    def overflow(self) -> int:
        """How many CSS pixels anything sticks out of the page to the right; 0 when nothing does."""
        return int(
            self.script(f"""
            const parts = [...{ROOT}.querySelectorAll('*')]
              .filter(e => e.checkVisibility() && !e.closest('.hidden, .table, pre'));
            const right = Math.max(...parts.map(e => e.getBoundingClientRect().right));
            return Math.max(0, Math.ceil(right - innerWidth), document.scrollingElement.scrollWidth - innerWidth)""")
        )

    def small_targets(self) -> list[str]:
        """Visible buttons and stand-alone links narrower or lower than 24 CSS pixels."""
        return list(
            self.script(f"""
            const small = box => box.width < 24 || box.height < 24;
            return [...{ROOT}.querySelectorAll('button, textarea, .links a, .original')]
              .filter(e => e.checkVisibility() && small(e.getBoundingClientRect())).map(e => e.outerHTML)""")
        )

    def axe_violations(self) -> list[str]:
        """Run the engine's rules of WCAG 2.2 A and AA, as far as its version has them; one line per broken rule."""
        self.driver.execute_cdp_cmd("Runtime.evaluate", {"expression": axe_source()})
        found = self.driver.execute_async_script("""
            const done = arguments[arguments.length - 1], known = new Set(axe.getRules().flatMap(rule => rule.tags));
            const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'].filter(tag => known.has(tag));
            axe.run(document, {runOnly: {type: 'tag', values}})
              .then(result => done({violations: result.violations, passes: result.passes.length}),
                    fault => done({violations: [{id: String(fault), nodes: []}], passes: 1}))""")
        assert found["passes"] > 0, "the engine checked nothing"
        return [
            f"{rule['id']}: {[node['html'][:160] for node in rule['nodes']]}" for rule in found["violations"]
        ]
