"""The least that a page can cost here: a constant page for a GET, one durable insert and a redirect for a POST.

A WSGI function without a framework, served by the same server in the same way as the application. What the application
costs above this is its own: addresses, checks, conditions, the respondent's answers and order in the page.
"""

from __future__ import annotations

import os
import secrets
import sqlite3
import threading
from typing import Any

TABLE = "CREATE TABLE IF NOT EXISTS bench_floor (key VARCHAR(32) PRIMARY KEY, document TEXT)"


def application() -> Any:
    """Return the WSGI function."""
    page = b"x" * int(os.environ["BENCH_PAGE_BYTES"])
    insert = _inserter(os.environ["SURVEYAPP_DATABASE_URL"])
    headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Length", str(len(page)))]

    def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        if environ["REQUEST_METHOD"] == "GET":
            start_response("200 OK", headers)
            return [page]
        insert(secrets.token_hex(16), environ["wsgi.input"].read().decode())
        start_response("303 See Other", [("Location", environ["PATH_INFO"]), ("Content-Length", "0")])
        return [b""]

    return answer


def _inserter(url: str) -> Any:
    lock = threading.Lock()
    if url.startswith("sqlite"):
        connection = sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        statement = "INSERT INTO bench_floor VALUES (?, ?)"
    else:
        import psycopg

        connection = psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True)
        statement = "INSERT INTO bench_floor VALUES (%s, %s)"
    connection.execute(TABLE)

    def insert(key: str, document: str) -> None:
        with lock:
            connection.execute(statement, (key, document))

    return insert
