"""What was backed up comes back as it was, and nothing else comes with it."""

from __future__ import annotations

import io
import os
import sqlite3
import subprocess
import sys
import tarfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from service_kit import noise, work
from typer.testing import CliRunner

from packshot.cli.app import app
from packshot.errors import BadSource, PackshotError, Refused
from packshot.service.backup import backup, restore
from packshot.service.house import House
from packshot.service.settings import Settings, with_secret


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """PostgreSQL has tools of its own; what of it is ours is tested below."""
    made: Path = request.getfixturevalue("made_sqlite")
    path = tmp_path / "data" / "packshot.db"
    path.parent.mkdir()
    path.write_bytes(made.read_bytes())
    return f"sqlite:///{path}"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """As `packshot serve` has them by default: all in one folder."""
    return with_secret(Settings(data=settings.data, auth="off"))


def empty_settings(folder: Path) -> Settings:
    return Settings(data=folder / "restored", auth="off")


def handed_in(client: TestClient, home: House, *seeds: int) -> None:
    files = [("files", (f"{seed}.jpg", noise(seed))) for seed in seeds]
    assert client.post("/v1/jobs", files=files, data={"kind": "check"}).status_code == 202
    work(home)


def told(client: TestClient) -> list[dict[str, object]]:
    items = client.get("/v1/photos").json()["items"]
    return [client.get(f"/v1/photos/{one['id']}").json() for one in items]


def test_a_restored_service_tells_the_same_to_the_byte(
    client: TestClient, home: House, client_of: Callable[[House], TestClient], tmp_path: Path
) -> None:
    handed_in(client, home, 1, 2, 3)
    client.get(f"/v1/photos/{told(client)[0]['id']}/picture/original")
    saved = backup(home.settings, tmp_path / "b.tar")
    there = empty_settings(tmp_path)
    assert restore(there, tmp_path / "b.tar") == saved
    assert with_secret(there).secret == home.settings.secret
    other = House.of(with_secret(there))
    again = client_of(other)
    assert told(again) == told(client)
    for one in told(client):
        address = f"/v1/photos/{one['id']}/files/original"
        assert again.get(address).content == client.get(address).content
    pictures = set(home.depot.pictures())
    assert set(other.depot.pictures()) == pictures
    assert saved.pictures == len(pictures)
    other.close()


def test_a_backup_is_of_one_moment_whoever_writes_meanwhile(
    client: TestClient, home: House, tmp_path: Path
) -> None:
    """Every photo of its database has its original in it."""
    ends = threading.Event()

    def writer() -> None:
        seed = 100
        while not ends.is_set():
            client.post("/v1/jobs", files={"files": (f"{seed}.jpg", noise(seed))}, data={"kind": "check"})
            seed += 1

    thread = threading.Thread(target=writer)
    thread.start()
    try:
        for number in range(3):
            backup(home.settings, tmp_path / f"{number}.tar")
    finally:
        ends.set()
        thread.join()
    for number in range(3):
        there = Settings(data=tmp_path / f"r{number}", auth="off")
        restore(there, tmp_path / f"{number}.tar")
        with sqlite3.connect(there.data / "packshot.db") as opened:
            names = {
                f"{org}/{sha[:2]}/{sha}" for org, sha in opened.execute("select org_id, sha256 from files")
            }
        opened.close()
        assert all((there.data / "pictures" / name).is_file() for name in names)


def test_nobody_else_may_read_it(client: TestClient, home: House, tmp_path: Path) -> None:
    backup(home.settings, tmp_path / "b.tar")
    assert (tmp_path / "b.tar").stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.tar", "data"]


def test_it_writes_over_nothing(client: TestClient, home: House, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"of yesterday")
    with pytest.raises(Refused):
        backup(home.settings, tmp_path / "b.tar")
    assert (tmp_path / "b.tar").read_bytes() == b"of yesterday"
    (tmp_path / "b.tar").unlink()
    backup(home.settings, tmp_path / "b.tar")
    with pytest.raises(Refused, match="data already"):
        restore(home.settings, tmp_path / "b.tar")


def test_without_a_database_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="--data"):
        backup(empty_settings(tmp_path), tmp_path / "b.tar")


# ---- what is not a backup of ours --------------------------------------------------------------------------


def packed(path: Path, *members: tuple[str, bytes]) -> Path:
    with tarfile.open(path, "w") as archive:
        for name, data in members:
            one = tarfile.TarInfo(name)
            one.size = len(data)
            archive.addfile(one, io.BytesIO(data))
    return path


HEAD = ("packshot-backup.json", b'{"format": 1, "database": "sqlite"}')
ORG = "0" * 26


@pytest.mark.parametrize(
    "members",
    [
        (),
        (("packshot.db", b""),),
        (("packshot-backup.json", b"[1]"),),
        (("packshot-backup.json", b'{"format": 2, "database": "sqlite"}'),),
        (("packshot-backup.json", b'{"format": 1, "database": "postgresql"}'),),
        (HEAD,),
        (HEAD, ("packshot.db", b"no database at all")),
        (HEAD, ("pictures/../../evil", b"x")),
        (HEAD, (f"pictures/{ORG}/../../../evil", b"x")),
        (HEAD, ("pictures//etc/cron.d/evil", b"x")),
        (HEAD, (f"pictures/{ORG}/00/{'0' * 64}", b"other bytes than its name says")),
    ],
)
def test_a_strange_tar_leaves_no_trace(tmp_path: Path, members: tuple[tuple[str, bytes], ...]) -> None:
    path = packed(tmp_path / "b.tar", *members)
    with pytest.raises((BadSource, Refused)):
        restore(empty_settings(tmp_path), path)
    left = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert left == [path]


def test_a_cut_off_backup_is_told_and_leaves_no_trace(
    client: TestClient, home: House, tmp_path: Path
) -> None:
    handed_in(client, home, 1, 2)
    backup(home.settings, tmp_path / "b.tar")
    whole = (tmp_path / "b.tar").read_bytes()
    with tarfile.open(tmp_path / "b.tar") as archive:
        ends = [member.offset for member in archive.getmembers()]  # where a cut is hardest to see
    for at in (*ends, *(int(len(whole) * share) for share in (0.1, 0.5, 0.7))):
        cut = tmp_path / f"cut-{at}.tar"
        cut.write_bytes(whole[:at])
        there = Settings(data=tmp_path / f"r-{at}", auth="off")
        with pytest.raises(PackshotError):
            restore(there, cut)
        assert not [file for file in there.data.rglob("*") if file.is_file() and file.name != "secret"]


# ---- the commands ------------------------------------------------------------------------------------------


def test_both_commands_work(client: TestClient, home: House, tmp_path: Path) -> None:
    handed_in(client, home, 1)
    run = CliRunner().invoke
    file, data = str(tmp_path / "b.tar"), str(home.settings.data)
    done = run(app, ["backup", file, "--data", data, "--lang", "en"])
    assert done.exit_code == 0, done.output
    back = run(app, ["restore", file, "--data", str(tmp_path / "r"), "--lang", "en"])
    assert back.exit_code == 0, back.output
    twice = run(app, ["restore", file, "--data", str(tmp_path / "r"), "--lang", "en"])
    assert twice.exit_code == 2


@pytest.mark.slow
def test_of_postgresql_it_takes_the_pictures_and_says_the_rest(made_postgres: str, tmp_path: Path) -> None:
    url = made_postgres.replace("postgresql+psycopg:", "postgresql:")
    environment = {"PACKSHOT_DATABASE": url}
    done = CliRunner().invoke(
        app, ["backup", str(tmp_path / "b.tar"), "--data", str(tmp_path), "--lang", "en"], env=environment
    )
    assert done.exit_code == 0, done.output
    assert "pg_dump" in done.output
    assert url not in done.output
    back = CliRunner().invoke(
        app,
        ["restore", str(tmp_path / "b.tar"), "--data", str(tmp_path / "r"), "--lang", "en"],
        env=environment,
    )
    assert "pg_restore" in back.output


def test_without_the_extra_each_command_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['dbos'] = None; sys.argv = ['packshot', *sys.argv[1:]];"
        "from packshot.cli.app import main; main()"
    )
    for command in (["serve"], ["backup", "x.tar"]):
        done = subprocess.run(
            [sys.executable, "-c", code, *command],
            capture_output=True,
            text=True,
            env={**os.environ, "PACKSHOT_LANG": "en"},
        )
        assert done.returncode == 2
        assert 'pip install "packshot[service]"' in done.stderr
        assert "Traceback" not in done.stderr
