"""The folder that holds everything of one installation, its secrets and what it may be told from outside."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cli.boot.faults import Fault
from cli.boot.places import PROJECT_ROOT

DEFAULT_PORT = 8080
KEY_FILE = "secret.key"


@dataclass(frozen=True)
class Settings:
    """What the command line reads from `ADVISER_*` variables, once."""

    home: Path
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    starter: bool = True

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Read the settings; raises `Fault` when the port is no port."""
        home = Path(env.get("ADVISER_HOME") or PROJECT_ROOT / "var").expanduser().resolve()
        return cls(
            home=home,
            host=env.get("ADVISER_HOST") or "127.0.0.1",
            port=_port(env.get("ADVISER_PORT") or str(DEFAULT_PORT)),
            starter=env.get("ADVISER_STARTER", "1").strip().lower() not in {"0", "no", "off", "false"},
        )


def _port(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise Fault(f"ADVISER_PORT is {text!r}; it must be a number from 1 to 65535.")
    return int(text)


@dataclass(frozen=True)
class Home:
    """Where things lie below `ADVISER_HOME`."""

    root: Path

    @property
    def run(self) -> Path:
        """What describes the running processes; worthless once they have stopped."""
        return self.root / "run"

    @property
    def logs(self) -> Path:
        """One log a process."""
        return self.root / "log"

    @property
    def key_file(self) -> Path:
        """The random key all secrets are derived from."""
        return self.root / KEY_FILE

    def prepare(self) -> None:
        """Create the folders, readable by their owner only; raises `Fault` when that is refused."""
        try:
            for folder in (self.root, self.run, self.logs):
                folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Fault(
                f"{self.root} cannot be used as the home of the data ({error.strerror}). "
                "Set ADVISER_HOME to a folder of yours, or mend its permissions."
            ) from error


@dataclass(frozen=True)
class Secrets:
    """The three secrets of an installation. Never printed, never written to a file."""

    inner: str
    signing: str
    local: str

    def __repr__(self) -> str:
        return "Secrets(...)"

    def as_environment(self) -> dict[str, str]:
        """Return the variables by which the processes are given them."""
        return {
            "ADVISER_INNER_SECRET": self.inner,
            "ADVISER_SIGNING_KEY": self.signing,
            "ADVISER_LOCAL_TOKEN": self.local,
        }


def load_secrets(home: Home, *, create: bool = False) -> Secrets:
    """Derive the secrets from the key file; make that file first when `create` is true.

    Raises `Fault` when there is no key file or it cannot be read.
    """
    if create and not home.key_file.exists():
        _write_key(home.key_file)
    try:
        key = home.key_file.read_bytes()
    except FileNotFoundError as error:
        raise Fault(f"{home.root} has not been started yet; start it with ./adviser up.") from error
    except OSError as error:
        raise Fault(f"{home.key_file} cannot be read ({error.strerror}); run as its owner.") from error
    return Secrets(
        *(hmac.new(key, use, hashlib.sha256).hexdigest() for use in (b"inner", b"signing", b"local"))
    )


def _write_key(path: Path) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(secrets.token_bytes(32))
