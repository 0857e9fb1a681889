"""Installs the stand-in for hashicorp/external into a mirror folder and keeps its warm process."""

from __future__ import annotations

import datetime as dt
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from harness.errors import HarnessError

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

VERSION = "2.3.5"

_HERE = Path(__file__).resolve().parent


class ExternalPlugin:
    """The stand-in, laid out below `folder` (`.../hashicorp/external`) for `platform`, warm until closed."""

    def __init__(self, folder: Path, platform: str) -> None:
        self.program = folder / VERSION / platform / f"terraform-provider-external_v{VERSION}"
        # Not below the session's folder: the path of a socket may be 107 characters long and no longer.
        self._private = Path(tempfile.mkdtemp(prefix="external-"))
        self._warm: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        address, certificate = self._private / "warm", self._private / "certificate.pem"
        certificate.touch(mode=0o600)
        certificate.write_bytes(_certificate())
        self._install(address, certificate)
        self._warm = _start_warm(address, certificate)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.chill()
        shutil.rmtree(self._private)

    def chill(self) -> None:
        """End the warm process: from now on each start of the plugin is on its own."""
        if self._warm is not None:
            self._warm.communicate()
            self._warm = None

    def _install(self, address: Path, certificate: Path) -> None:
        self.program.parent.mkdir(parents=True)
        imports = [
            str(_HERE.parents[1]),
            *dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))),
        ]
        # -I and -S leave out what Python does at start for people: half of the launcher's time.
        arguments = [sys.executable, "-I", "-S", str(_HERE / "launcher.py"), address, certificate, *imports]
        self.program.write_text(f"#!/bin/sh\nexec {shlex.join(map(str, arguments))}\n")
        self.program.chmod(0o755)


def _start_warm(address: Path, certificate: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-m", "harness.external.provider", str(address), str(certificate)],
        cwd=_HERE.parents[1],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        # A Ctrl-C at the terminal is for Terraform first; this process ends when its standard input does.
        start_new_session=True,
    )
    if process.stdout is None or process.stdout.readline() != "ready\n":
        process.communicate()
        raise HarnessError("The stand-in for hashicorp/external does not start: see the messages above.")
    return process


def _certificate() -> bytes:
    """A key and a certificate for localhost, as PEM: the server half of go-plugin's TLS."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(minutes=5))
        .not_valid_after(now + dt.timedelta(days=7))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return private + certificate.public_bytes(serialization.Encoding.PEM)
