"""PostgreSQL servers of a test's own: to look into their files, or to ask for a password."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


class Cluster:
    """A PostgreSQL of a test's own, in a folder that it can look into.

    ``password``: what its superuser is asked for; everybody is let in by default.
    """

    def __init__(self, folder: Path, password: str = "") -> None:
        self._password = password
        self.data = folder / "cluster"
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"postgresql+asyncpg://postgres@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        self.data.mkdir()
        if os.getuid() == 0:  # whom PostgreSQL does not serve
            shutil.chown(self.data, "postgres")
        how = ["-A", "trust"]
        if self._password:
            file = self.data.with_name("password")
            file.write_text(self._password)
            file.chmod(0o644)
            how = ["-A", "scram-sha-256", f"--pwfile={file}"]
        self._run("initdb", "-D", self.data, "-U", "postgres", *how, "--no-sync")
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories="
        log = ("-l", self.data / "log")
        self._run("pg_ctl", "-D", self.data, "-o", options, "-w", *log, "start")

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "stop")

    def files(self) -> bytes:
        """Return the bytes of all files, the log of transactions among them."""
        found = bytearray()
        for path in self.data.rglob("*"):
            with suppress(FileNotFoundError, IsADirectoryError):
                found += path.read_bytes()
        return bytes(found)

    def _run(self, program: str, *options: object) -> None:
        newest = max(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"), default=Path(program))
        asked = [str(newest), *map(str, options)]
        if os.getuid() == 0:
            asked = ["runuser", "-u", "postgres", "--", *asked]
        subprocess.run(asked, check=True, stdout=subprocess.DEVNULL, cwd="/")


@contextmanager
def cluster(password: str = "") -> Iterator[Cluster]:
    """Start a cluster, and stop it in the end."""
    with tempfile.TemporaryDirectory(prefix="selfmoji-cluster-") as folder:
        Path(folder).chmod(0o755)  # PostgreSQL's user walks there
        made = Cluster(Path(folder), password)
        made.start()
        try:
            yield made
        finally:
            made.stop()
