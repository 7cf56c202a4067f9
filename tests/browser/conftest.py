"""A headless Chromium for the tests of this folder, and the application served to it."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from playwright.sync_api import Browser, expect, sync_playwright
from werkzeug.serving import make_server

# Without the last four Chromium looks up hosts of its maker at every start.
FLAGS = ["--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]
# As long as playwright waits for pages: what is asked for comes at once, on a busy machine within seconds.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        if os.environ.get("CI"):
            pytest.fail("CI must test in a browser, and chromium is not installed")
        pytest.skip("no chromium is installed")
    # Chromium's own sandbox does not start for the superuser.
    flags = [*FLAGS, "--no-sandbox"] if os.geteuid() == 0 else FLAGS
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium, args=flags)
        yield started
        started.close()


@pytest.fixture
def serve(app: Flask) -> Iterator[Callable[[], str]]:
    """Start the application on a free port of this machine when called, and give its address."""
    servers = []

    def start() -> str:
        server = make_server("127.0.0.1", 0, app, threaded=True)
        # How often it looks whether it shall stop: half a second, the default, would be paid by every test.
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        servers.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in servers:
        server.shutdown()
        thread.join()
        server.server_close()
