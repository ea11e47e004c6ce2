"""The bot against a stand-in of Telegram and the service itself: what comes back, and what never does."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
import structlog
import uvicorn
from fastapi import FastAPI
from PIL import Image
from service_kit import empty, mug, noise, served, work
from sqlalchemy import func, select
from stand_in import TOKEN, StandIn
from typer.testing import CliRunner

from packshot.cli.app import app as command
from packshot.errors import Refused
from packshot.service import logs, tables
from packshot.service.app import make_app
from packshot.service.house import House
from packshot.service.telegram.bot import Bot
from packshot.service.telegram.bot_api import BotApi
from packshot.service.telegram.chats import Chats
from packshot.service.telegram.desk import Desk

pauses: list[float] = []


async def no_time(seconds: float) -> None:
    """Nobody waits in these tests, but others get their turn."""
    pauses.append(seconds)
    await asyncio.sleep(0.002)


class Chat:
    def __init__(
        self, home: House, folder: Path, admitted: str = "*", service: FastAPI | None = None
    ) -> None:
        self.telegram, self.home, self.folder, self.admitted = StandIn(), home, folder, admitted
        self.service = service or make_app(home.settings, home)
        self.base = "http://telegram.example"

    def goes_on(self, token: str = TOKEN) -> None:
        """Until all that was sent is answered; a worker does the photos meanwhile."""
        asyncio.run(self._go_on(token))

    async def _go_on(self, token: str) -> None:
        ends = asyncio.Event()
        async with (
            httpx.AsyncClient(transport=httpx.ASGITransport(self.telegram.app)) as out,
            httpx.AsyncClient(transport=httpx.ASGITransport(self.service)) as near,
        ):
            api = BotApi(out, self.base, token, no_time)
            desk = Desk(near, "http://127.0.0.1", "", no_time)
            bot = Bot(api, desk, Chats(self.folder / "telegram.json", self.admitted))
            running = asyncio.create_task(bot.run(ends))
            while (self.telegram.updates or bot._tasks or self.telegram.polls < 2) and not running.done():
                await asyncio.to_thread(work, self.home)
                await asyncio.sleep(0.01)
            ends.set()
            await running


@pytest.fixture
def chat(home: House, tmp_path: Path) -> Chat:
    pauses.clear()
    return Chat(home, tmp_path)


def jobs(home: House) -> int:
    with home.database.reading() as session:
        return session.scalar(select(func.count()).select_from(tables.Job)) or 0


def test_a_photo_comes_back_judged_and_mended(chat: Chat, home: House) -> None:
    chat.telegram.document(mug())
    chat.goes_on()
    (text,) = chat.telegram.texts
    assert text.startswith("✅ mug.jpg")
    assert len(text.splitlines()) > 1
    assert set(chat.telegram.documents) == {"mug_main_light.jpg", "mug_main_dark.jpg"}
    sizes = {Image.open(io.BytesIO(data)).size for data in chat.telegram.documents.values()}
    assert sizes <= {(1200, 1600), (1600, 1600)}
    replied = chat.telegram.of("sendMessage")[0].told["reply_parameters"]
    assert replied["message_id"] == 1
    assert jobs(home) == 1


def test_it_speaks_its_readers_language(chat: Chat) -> None:
    chat.telegram.document(empty(), language="ru")
    chat.goes_on()
    (text,) = chat.telegram.texts
    assert any("а" <= letter <= "я" for letter in text)


def test_stages_and_the_cut_out_come_on_request(chat: Chat) -> None:
    chat.telegram.document(mug())
    chat.goes_on()
    first = dict(chat.telegram.buttons)
    assert set(first) == {"Stages", "Cut-out"}
    chat.telegram.sent.clear()
    chat.telegram.press(first["Stages"])
    chat.goes_on()
    assert len(chat.telegram.of("answerCallbackQuery")) == 1
    (edited,) = chat.telegram.of("editMessageReplyMarkup")
    stages = chat.telegram.buttons
    assert len(stages) > 3
    assert edited.told["chat_id"] == 55
    for data in (next(iter(stages.values())), first["Cut-out"]):
        chat.telegram.press(data)
    chat.goes_on()
    assert len(chat.telegram.of("sendDocument")) == 2
    for data in chat.telegram.documents.values():
        Image.open(io.BytesIO(data)).verify()


def test_a_chat_chooses_its_marketplace_and_the_choice_outlives_the_bot(chat: Chat, home: House) -> None:
    chat.telegram.message(text="/profile", language="ru")
    chat.goes_on()
    assert chat.telegram.buttons["Wildberries"] == "profile:wildberries"
    chat.telegram.press("profile:wildberries", language="ru")
    chat.telegram.press("profile:../../etc/passwd")
    chat.goes_on()
    chat.telegram.document(noise(1))
    chat.telegram.document(noise(2), chat=66)
    chat.goes_on()
    with home.database.reading() as session:
        chosen = session.scalars(select(tables.Job.wish).order_by(tables.Job.id))
        assert {wish.get("profile") or "" for wish in chosen} == {"wildberries", ""}


def test_an_album_is_one_job_and_each_photo_keeps_its_own_answer(chat: Chat, home: House) -> None:
    for seed in range(3):
        chat.telegram.document(noise(seed), name=f"{seed}.jpg", media_group_id="album")
    chat.goes_on()
    assert jobs(home) == 1
    assert [text.splitlines()[0][-5:] for text in chat.telegram.texts] == ["0.jpg", "1.jpg", "2.jpg"]


def test_the_same_update_again_makes_no_second_job(chat: Chat, home: House) -> None:
    chat.telegram.document(noise(1))
    same = list(chat.telegram.updates)
    chat.goes_on()
    chat.telegram.updates = same
    chat.goes_on()
    assert jobs(home) == 1


def test_a_photo_that_telegram_made_smaller_is_taken_by_its_largest_size(chat: Chat, home: House) -> None:
    chat.telegram.photo(mug())
    chat.goes_on()
    assert chat.telegram.texts[0].startswith("✅ photo_1.jpg")


# ---- what is refused ---------------------------------------------------------------------------------------


def test_what_is_too_large_for_a_bot_is_told_and_not_fetched(chat: Chat, home: House) -> None:
    told = {"file_id": "none", "file_name": "big.jpg", "mime_type": "image/jpeg", "file_size": 21_000_000}
    chat.telegram.message(document=told)
    chat.goes_on()
    assert "20 MB" in chat.telegram.texts[0]
    assert jobs(home) == 0


def test_a_file_that_is_larger_than_it_says_is_cut_off(chat: Chat, home: House) -> None:
    data = b"\xff\xd8" + bytes(20_500_000)
    told = {
        "file_id": chat.telegram.keep(data),
        "file_name": "a.jpg",
        "mime_type": "image/jpeg",
        "file_size": 5,
    }
    chat.telegram.message(document=told)
    chat.goes_on()
    assert "20 MB" in chat.telegram.texts[0]
    assert jobs(home) == 0


def test_what_is_no_photo_is_told(chat: Chat, home: House) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jpg", noise(1))
    chat.telegram.document(packed.getvalue(), name="goods.zip", mime="application/zip")
    chat.telegram.document(b"%PDF-1.7", name="a.jpg")
    chat.goes_on()
    assert sorted(text[:4] for text in chat.telegram.texts) == sorted(["This", "❌ a."])
    assert any("PDF" in text for text in chat.telegram.texts)


def test_strangers_get_their_number_and_nothing_else(home: House, tmp_path: Path) -> None:
    chat = Chat(home, tmp_path, admitted="55, -100123")
    chat.telegram.document(noise(1), chat=77)
    chat.telegram.press("stages:x", chat=77)
    chat.telegram.document(noise(2), chat=-100123, kind="group")
    chat.goes_on()
    assert jobs(home) == 1
    closed = [one for one in chat.telegram.of("sendMessage") if one.told["chat_id"] == 77]
    assert len(closed) == 1
    assert "77" in closed[0].told["text"]
    assert not chat.telegram.of("editMessageReplyMarkup")


def test_a_bot_that_nobody_is_admitted_to_answers_nobody(home: House, tmp_path: Path) -> None:
    chat = Chat(home, tmp_path, admitted="")
    chat.telegram.document(noise(1))
    chat.goes_on()
    assert jobs(home) == 0


def test_in_a_group_it_is_silent_unless_it_is_meant(chat: Chat) -> None:
    chat.telegram.message(text="good morning", kind="group")
    chat.goes_on()
    assert chat.telegram.sent == []


@pytest.mark.parametrize(
    "data",
    [
        "",
        "file",
        "file:",
        "file:x:../../secret",
        "stages:zzz",
        "stages:../keys",
        "stages:../../metrics#",
        "nonsense:1",
        "profile:",
    ],
)
def test_forged_buttons_do_nothing(chat: Chat, data: str) -> None:
    chat.telegram.press(data)
    with structlog.testing.capture_logs() as lines:
        chat.goes_on()
    assert chat.telegram.documents == {}
    assert not [line for line in lines if line["log_level"] == "error"]


# ---- Telegram's moods --------------------------------------------------------------------------------------


def test_it_waits_as_long_as_telegram_asks(chat: Chat) -> None:
    chat.telegram.refusals = [("sendMessage", {"code": 429, "retry_after": 7})]
    chat.telegram.message(text="/start")
    chat.goes_on()
    assert 7 in pauses
    assert len(chat.telegram.texts) == 1


def test_a_group_that_became_a_supergroup_is_followed(chat: Chat) -> None:
    chat.telegram.refusals = [("sendMessage", {"code": 400, "migrate_to_chat_id": -1001})]
    chat.telegram.message(text="/start", chat=-5, kind="group")
    chat.goes_on()
    assert [one.told["chat_id"] for one in chat.telegram.of("sendMessage")] == [-1001]


def test_a_second_poller_is_waited_out(chat: Chat) -> None:
    conflict = {"code": 409, "description": "Conflict: terminated by other getUpdates request"}
    chat.telegram.refusals = [("getUpdates", dict(conflict)) for _ in range(3)]
    chat.telegram.message(text="/start")
    with structlog.testing.capture_logs() as lines:
        chat.goes_on()
    assert len(chat.telegram.texts) == 1
    assert any("another program" in line["event"] for line in lines)


def test_who_blocked_the_bot_stops_nobody_else(chat: Chat) -> None:
    chat.telegram.refusals = [
        ("sendMessage", {"code": 403, "description": "Forbidden: bot was blocked by the user"})
    ]
    chat.telegram.message(text="/start")
    chat.telegram.message(text="/start", chat=66)
    chat.goes_on()
    assert len(chat.telegram.texts) == 1


def test_a_wrong_token_ends_it_with_a_cure(chat: Chat) -> None:
    with pytest.raises(Refused, match="PACKSHOT_TELEGRAM_TOKEN"):
        chat.goes_on("1:wrong")


def test_a_service_that_is_away_is_told(chat: Chat, home: House) -> None:
    async def away(scope: object, receive: object, send: Callable[..., object]) -> None:
        raise httpx.ConnectError("refused")

    chat.service = away  # type: ignore[assignment]
    chat.telegram.document(noise(1))
    chat.goes_on()
    assert "does not answer" in chat.telegram.texts[0]


# ---- the token ---------------------------------------------------------------------------------------------


def test_the_token_is_in_no_log(chat: Chat, capfd: pytest.CaptureFixture[str]) -> None:
    logs.set_up("debug")
    try:
        chat.telegram.refusals = [("sendMessage", {"code": 400, "description": "Bad Request"})]
        chat.telegram.message(text="/start")
        chat.telegram.document(noise(1))
        chat.telegram.message(document={"file_id": "nowhere", "mime_type": "image/jpeg"})
        chat.base = "http://telegram.example"
        chat.goes_on()
        structlog.get_logger("packshot.telegram").error(
            "at", url=f"https://api.telegram.org/bot{TOKEN}/getMe"
        )
    finally:
        structlog.reset_defaults()
    told = capfd.readouterr()
    assert TOKEN not in told.err + told.out
    assert TOKEN.partition(":")[2] not in told.err + told.out
    assert "not answered" in told.err


def test_without_a_token_the_command_says_where_it_comes_from(tmp_path: Path) -> None:
    done = CliRunner().invoke(command, ["telegram", "--data", str(tmp_path), "--lang", "en"])
    assert done.exit_code == 2
    assert "BotFather" in done.output


@pytest.mark.slow
def test_bot_and_service_as_processes_of_their_own(tmp_path: Path) -> None:
    """Over real sockets: a photo goes in and comes back; SIGTERM ends the bot while it waits for messages."""
    telegram = StandIn()
    telegram.document(mug())
    server = uvicorn.Server(uvicorn.Config(telegram.app, port=0, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.05)
        port = server.servers[0].sockets[0].getsockname()[1]
        with served(tmp_path / "data", "--workers", "1") as (address, _):
            bot = subprocess.Popen(
                [sys.executable, "-m", "packshot.cli.app", "telegram", "--data", str(tmp_path / "bot")],
                stderr=subprocess.PIPE,
                text=True,
                env={
                    **os.environ,
                    "PACKSHOT_TELEGRAM_TOKEN": TOKEN,
                    "PACKSHOT_TELEGRAM_CHATS": "55",
                    "PACKSHOT_TELEGRAM_API": f"http://127.0.0.1:{port}",
                    "PACKSHOT_TELEGRAM_SERVICE": address,
                },
            )
            until = time.monotonic() + 90
            while len(telegram.documents) < 2 and time.monotonic() < until and bot.poll() is None:
                time.sleep(0.1)
            bot.terminate()
            _, told = bot.communicate(timeout=30)
    finally:
        server.should_exit = True
        thread.join()
    assert set(telegram.documents) == {"mug_main_light.jpg", "mug_main_dark.jpg"}, told
    assert bot.returncode == 0
    assert TOKEN.partition(":")[2] not in told
