"""PostgreSQL's own programs for backups, called without a password on the command line."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL

from surveyapp.errors import Misconfigured, Refused

DUMP, RESTORE = "pg_dump", "pg_restore"
PATIENCE_S = 6 * 3600
NAMES = {"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY",
         "host": "PGHOST", "port": "PGPORT"}


def dump(url: URL, target: Path, snapshot: str) -> None:
    """Write what a snapshot of the database holds, in PostgreSQL's own format."""
    _run(DUMP, url, "--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--snapshot={snapshot}",
         f"--file={target}")


def read_through(content: Path) -> frozenset[str]:
    """Return the tables that a dump holds (schema.table), after reading all of it; Refused where it cannot be read."""
    _run(RESTORE, None, "--file=/dev/null", str(content))
    listed = _run(RESTORE, None, "--list", str(content))
    return frozenset(".".join(found) for found in re.findall(r"^\d+; \d+ \d+ TABLE (\S+) (\S+) ", listed, re.MULTILINE))


def load(url: URL, content: Path, *, is_replacing: bool) -> None:
    """Put a dump into the database in one transaction: all of it or nothing."""
    replacing = ("--clean", "--if-exists") if is_replacing else ()
    _run(RESTORE, url, "--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password",
         *replacing, f"--dbname={url.database}", str(content))


def tool_version(name: str) -> int | None:
    """Return the main version of a program; None where it is not installed."""
    path = shutil.which(name)
    if path is None:
        return None
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603 - found in PATH
    found = re.search(r"(\d+)", said)
    return int(found.group(1)) if found else None


def _run(name: str, url: URL | None, *arguments: str) -> str:
    path = shutil.which(name)
    if path is None:
        raise Misconfigured("{name} is not installed here, and PostgreSQL is backed up and restored by it.",
                            "Install PostgreSQL's client programs (Debian: apt-get install postgresql-client), of the "
                            "server's version or newer.", name=name)
    done = subprocess.run(  # noqa: S603 - found in PATH; the arguments are ours
        [path, *arguments], env={**os.environ, **_environment(url)}, capture_output=True, text=True, check=False,
        timeout=PATIENCE_S)
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()] or [f"code {done.returncode}"]
        raise Refused("{name} refused: {words}.", "Nothing was changed. Its version must be that of the server or "
                      "newer, and the account must own the tables.", name=name, words=lines[0].rstrip("."))
    return done.stdout


def _environment(url: URL | None) -> dict[str, str]:
    """Return the address of a server in the variables that its programs read; a command line anybody could see."""
    if url is None:
        return {}
    given = {"PGHOST": url.host, "PGPORT": str(url.port) if url.port else None, "PGUSER": url.username,
             "PGPASSWORD": url.password, "PGDATABASE": url.database}
    given |= {NAMES[key]: str(value) for key, value in url.query.items() if key in NAMES}
    return {name: value for name, value in given.items() if value}
