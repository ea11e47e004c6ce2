"""The bot: a photo comes, its verdict and its mended pictures go back; stages on request."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from packshot import errors
from packshot.service.pages.photo import STAGES
from packshot.service.pages.wish_form import markets
from packshot.service.telegram.bot_api import MOST_DOWNLOAD, MOST_UPLOAD, BotApi, Failed, File, TooLarge
from packshot.service.telegram.chats import Chats
from packshot.service.telegram.desk import Away, Desk, Refused
from packshot.words import Words, say

AT_ONCE = 8
"""Messages in work; the others wait."""
ALBUM_SECONDS = 1.5
"""Pictures of one album come one by one, and nobody says which is the last."""
MOST_OF_GROUP = 10
MOST_LETTERS = 4000
MOST_PAUSE = 30.0
MARKS = {"good": "✅", "doubt": "🟡", "bad": "❌"}
BESIDE = ("original", "cutout", "mask", "shadow")
"""Files that are no variant; nor are stages."""

HELP = say(
    "Send a photo, best as a file: then nothing of it is lost on the way. It comes back judged and mended."
    " /profile chooses the marketplace."
)
TOO_LARGE = say("Telegram gives bots files of at most 20 MB. Save the photo smaller, or send it as a photo.")
NO_PHOTO = say("This is no photo. Send a JPEG, PNG, WebP, HEIC or AVIF.")
AWAY = say("The service does not answer, or has much to do. Send the photo once more in some minutes.")
GONE = say("This photo is not there any more.")
WHICH = say("For which marketplace?")

Message = Mapping[str, Any]
log = structlog.get_logger("packshot.telegram")


@dataclass
class Bot:
    api: BotApi
    desk: Desk
    chats: Chats
    _albums: dict[str, list[Message]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _room: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    # ---- updates -------------------------------------------------------------------------------------------

    async def run(self, ends: asyncio.Event) -> None:
        """Until it is asked to end; what is in hand is finished."""
        ending = asyncio.create_task(ends.wait())
        offset, pause = 0, 1.0
        while not ends.is_set():
            asking = asyncio.create_task(self.api.updates(offset))
            await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                asking.cancel()
                break
            try:
                updates = asking.result()
            except Failed as exc:
                _must_not_be_ours(exc)
                log.warning("no updates", code=exc.code, error=exc.text)
                await self.api.sleep(pause)
                pause = min(2 * pause, MOST_PAUSE)
                continue
            pause = 1.0
            for update in updates:
                offset = max(offset, int(update["update_id"]) + 1)
                self.take(update)
        await self.rest()

    async def rest(self) -> None:
        while self._tasks:
            await asyncio.gather(*self._tasks)

    def take(self, update: Mapping[str, Any]) -> None:
        message = update.get("message")
        if "callback_query" in update:
            self._start(self._pressed(update["callback_query"]))
        elif message and (group := message.get("media_group_id")):
            waiting = self._albums.setdefault(group, [])
            waiting.append(message)
            if len(waiting) == 1:
                self._start(self._album(group))
        elif message:
            self._start(self._answer([message]))

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """One chat's trouble is not the others'."""
        async with self._room:
            try:
                await work
            except Failed as exc:  # blocked by its user, thrown out of a group
                log.warning("not answered", code=exc.code, error=exc.text)
            except Exception:
                log.exception("bug in the bot")

    async def _album(self, group: str) -> None:
        count = 0
        while count < len(self._albums[group]):
            count = len(self._albums[group])
            await self.api.sleep(ALBUM_SECONDS)
        await self._answer(self._albums.pop(group))

    # ---- photos --------------------------------------------------------------------------------------------

    async def _answer(self, messages: Sequence[Message]) -> None:
        first = messages[0]
        chat, language = int(first["chat"]["id"]), language_of(first)
        if not self.chats.is_admitted(chat):
            words = say(
                "This bot answers its owner's chats. The number of this one is {chat}.", chat=str(chat)
            )
            await self._say(first, words)
        elif any("photo" in one or "document" in one for one in messages):
            await self._mend(messages, chat, language)
        elif first.get("text", "").startswith("/profile"):
            await self._say(first, WHICH, keyboard=_markets(language))
        elif first["chat"].get("type") == "private" or first.get("text", "").startswith("/"):
            await self._say(first, HELP)

    async def _mend(self, messages: Sequence[Message], chat: int, language: str) -> None:
        first = messages[0]
        busy = asyncio.create_task(self._busy(chat))
        try:
            files = [file for one in messages if (file := await self._fetched(one)) is not None]
            if not files:
                return
            repeat = f"telegram-{chat}-{first['message_id']}-{len(files)}"
            photos = await self.desk.mend(files, self.chats.profile(chat), repeat)
            for photo in photos:
                await self._tell(first, photo, language)
        except Refused as exc:
            await self._send(first, exc.texts.get(language) or str(exc))
        except Away:
            await self._say(first, AWAY)
        finally:
            busy.cancel()

    async def _fetched(self, message: Message) -> File | None:
        """Its name and bytes; who sent something else is told so."""
        document = message.get("document")
        if document is None:
            sizes = message.get("photo") or [{}]
            document = {
                **sizes[-1],
                "file_name": f"photo_{message['message_id']}.jpg",
                "mime_type": "image/jpeg",
            }
        if not str(document.get("mime_type", "image/")).startswith("image/") or "file_id" not in document:
            await self._say(message, NO_PHOTO)
            return None
        try:
            if document.get("file_size", 0) > MOST_DOWNLOAD:
                raise TooLarge
            return str(document.get("file_name") or "photo"), await self.api.download(document["file_id"])
        except TooLarge:
            await self._say(message, TOO_LARGE)
            return None

    async def _tell(self, message: Message, photo: Mapping[str, Any], language: str) -> None:
        await self._send(message, account_of(photo, language), keyboard=_more(photo, language))
        roles = [one["role"] for one in photo["outputs"] if not one["role"].startswith(("stage-", *BESIDE))]
        await self._give(message, await self.desk.files(dict(photo), roles))

    async def _busy(self, chat: int) -> None:
        """Telegram shows it for five seconds."""
        while True:
            try:
                await self.api.call("sendChatAction", {"chat_id": chat, "action": "upload_document"})
            except Failed:
                return
            await self.api.sleep(4.0)

    # ---- buttons -------------------------------------------------------------------------------------------

    async def _pressed(self, query: Mapping[str, Any]) -> None:
        await self.api.call("answerCallbackQuery", {"callback_query_id": query["id"]})
        message = query.get("message")
        if message is None or not self.chats.is_admitted(int(message["chat"]["id"])):
            return
        message = {**message, "from": query.get("from", {})}
        kind, _, what = str(query.get("data", "")).partition(":")
        try:
            await self._do(message, kind, what)
        except Refused:
            await self._say(message, GONE)
        except Away:
            await self._say(message, AWAY)

    async def _do(self, message: Message, kind: str, what: str) -> None:
        language, chat = language_of(message), int(message["chat"]["id"])
        if kind == "profile":
            known = {market.name: market.titles for market in markets()}
            if what in known:
                self.chats.choose(chat, what)
                await self._say(message, say("Chosen: {name}.", name=known[what][language]))
        elif kind == "stages":
            photo = await self.desk.photo(what)
            asked = {"chat_id": chat, "message_id": message["message_id"]}
            await self.api.call("editMessageReplyMarkup", {**asked, "reply_markup": _stages(photo, language)})
        elif kind == "file":
            photo_id, _, role = what.partition(":")
            await self._give(message, await self.desk.files(await self.desk.photo(photo_id), [role]))

    # ---- sending -------------------------------------------------------------------------------------------

    async def _say(self, message: Message, words: Words, *, keyboard: Any = None) -> None:
        await self._send(message, words.in_(language_of(message)), keyboard=keyboard)

    async def _send(self, message: Message, text: str, *, keyboard: Any = None) -> None:
        asked: dict[str, Any] = {**_to(message), "text": text[:MOST_LETTERS]}
        await self.api.call("sendMessage", {**asked, **({"reply_markup": keyboard} if keyboard else {})})

    async def _give(self, message: Message, files: Sequence[File]) -> None:
        """As documents: Telegram writes photos anew, and the colour of the ground with them."""
        files = [(name, data) for name, data in files if len(data) <= MOST_UPLOAD]
        for at in range(0, len(files), MOST_OF_GROUP):
            some = files[at : at + MOST_OF_GROUP]
            if len(some) == 1:
                await self.api.call("sendDocument", _to(message), {"document": some[0]})
            else:
                named = {f"f{number}": file for number, file in enumerate(some)}
                media = [{"type": "document", "media": f"attach://{name}"} for name in named]
                await self.api.call("sendMediaGroup", {**_to(message), "media": media}, named)


def account_of(photo: Mapping[str, Any], language: str) -> str:
    """What came of it, and why, as a person reads it."""
    lines = [f"{MARKS.get(photo['tone'], '')} {photo['name']}", photo["headline"].get(language, "")]
    lines += [f"• {why.get(language, '')}" for why in photo["why"]]
    if cure := (photo.get("cure") or {}).get(language):
        lines.append(cure)
    return "\n".join(line for line in lines if line.strip())


def language_of(message: Message) -> str:
    """As its author's Telegram speaks."""
    told = str((message.get("from") or {}).get("language_code", ""))
    return "ru" if told.startswith("ru") else "en"


def _to(message: Message) -> dict[str, Any]:
    replied = {"message_id": message["message_id"], "allow_sending_without_reply": True}
    return {"chat_id": message["chat"]["id"], "reply_parameters": replied}


def _markets(language: str) -> dict[str, Any]:
    return _keyboard([(market.titles[language], f"profile:{market.name}") for market in markets()])


def _more(photo: Mapping[str, Any], language: str) -> dict[str, Any] | None:
    buttons = []
    if photo.get("stages"):
        buttons.append((say("Stages").in_(language), f"stages:{photo['id']}"))
    if any(one["role"] == "cutout" for one in photo["outputs"]):
        buttons.append((say("Cut-out").in_(language), f"file:{photo['id']}:cutout"))
    return _keyboard(buttons) if buttons else None


def _stages(photo: Mapping[str, Any], language: str) -> dict[str, Any]:
    return _keyboard(
        [
            (
                STAGES[one["name"]].in_(language) if one["name"] in STAGES else one["name"],
                _file(photo, one["role"]),
            )
            for one in photo["stages"]
        ]
    )


def _file(photo: Mapping[str, Any], role: str) -> str:
    return f"file:{photo['id']}:{role}"


def _keyboard(buttons: Sequence[tuple[str, str]]) -> dict[str, Any]:
    """Two in a row: a phone shows that whole."""
    rows = [buttons[at : at + 2] for at in range(0, len(buttons), 2)]
    return {
        "inline_keyboard": [[{"text": text, "callback_data": data} for text, data in row] for row in rows]
    }


def _must_not_be_ours(exc: Failed) -> None:
    """What waiting does not mend."""
    if exc.code in (401, 404):
        raise errors.Refused(
            say("Telegram does not know this bot."), say("Set PACKSHOT_TELEGRAM_TOKEN as BotFather gave it.")
        ) from None
    if exc.code == 409:
        log.warning("another program takes this bot's messages, or a webhook of it is set")
