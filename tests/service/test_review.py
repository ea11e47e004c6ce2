"""The queue of doubtful photos: most doubtful first, each in one pair of hands, decided once, taken back."""

from __future__ import annotations

import io
import json
import threading
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image
from service_kit import mug, noise, work
from sqlalchemy import func, select, update

from packshot.service import review
from packshot.service.house import House
from packshot.service.ids import new_id
from packshot.service.pages.review import REDOES
from packshot.service.people.auth import LOCAL, LOCAL_CALLER
from packshot.service.people.caller import ROLES, Caller
from packshot.service.redo import Conflict
from packshot.service.tables import Audit, Delivery, Job, Organisation, Photo, Webhook, now
from packshot.training.sources import pairs as training_pairs

ANN, BOB, EVE = (replace(LOCAL_CALLER, who=f"user:{name}", may=ROLES["moderator"]) for name in "abe")
TOLD = {"headline": {"en": "to review", "ru": "на проверку"}, "why": [], "size": [600, 600]}


def doubtful(home: House, doubts: Sequence[float], outcome: str = "review", org_id: str = LOCAL) -> list[str]:
    """Rows of photos that were mended; nothing else is asked here."""
    with home.database.transaction() as session:
        job = Job(id=new_id(), org_id=org_id, who="local", kind="fix", wish={})
        session.add(job)
        session.flush()
        made = [
            Photo(
                id=new_id(), org_id=org_id, job_id=job.id, who="local", kind="fix", name=f"{doubt}.jpg",
                wish={}, progress="done", outcome=outcome, doubt=doubt, told=TOLD,
            )
            for doubt in doubts
        ]  # fmt: skip
        session.add_all(made)
        return [photo.id for photo in made]


def photo_of(home: House, photo_id: str) -> Photo:
    with home.database.reading() as session:
        photo = session.get(Photo, photo_id)
    assert photo is not None
    return photo


def let_time_pass(home: House, photo_id: str) -> None:
    with home.database.transaction() as session:
        gone = update(Photo).where(Photo.id == photo_id)
        session.execute(gone.values(held_until=now() - timedelta(seconds=1)))


# ---- whose photo it is -------------------------------------------------------------------------------------


def test_the_most_doubtful_comes_first_and_what_is_sure_never(home: House, client: TestClient) -> None:
    mild, wild, middling = doubtful(home, [0.2, 0.9, 0.5])
    doubtful(home, [1.0], outcome="fixed")
    told = client.post("/v1/review/next").json()
    assert (told["photo"]["id"], told["following"]["id"], told["left"]) == (wild, middling, 3)
    later = client.post("/v1/review/next", json={"skip": [wild, middling]}).json()
    assert (later["photo"]["id"], later["following"]) == (mild, None)
    assert client.get("/v1/review/count").json() == {"left": 3}


def test_an_empty_queue_says_so(client: TestClient) -> None:
    assert client.post("/v1/review/next").json() == {"photo": None, "following": None, "left": 0}


def test_what_one_holds_another_neither_gets_nor_decides(home: House) -> None:
    first, second, third = doubtful(home, [0.9, 0.8, 0.7])
    assert review.claim(home, ANN) == [first, second]
    assert review.claim(home, ANN) == [first, second], "her own she gets again"
    assert review.claim(home, BOB) == [third]
    with pytest.raises(Conflict):
        review.approve(home, BOB, first)
    review.release(home, BOB, [first])
    assert review.claim(home, EVE) == [], "nobody lets go what is another's"
    review.release(home, ANN, [second])
    assert review.claim(home, BOB) == [second, third]


def test_a_photo_that_was_left_lying_is_anybody_s(home: House) -> None:
    (only,) = doubtful(home, [0.9])
    assert review.claim(home, ANN) == [only]
    review.hold(home, ANN, only)
    let_time_pass(home, only)
    assert review.claim(home, BOB) == [only]
    with pytest.raises(Conflict):
        review.hold(home, ANN, only)


def test_claims_at_the_same_time_share_nothing(home: House) -> None:
    ids = doubtful(home, [number / 100 for number in range(40)])
    got: list[str] = []
    start = threading.Barrier(6)

    def moderator(number: int) -> None:
        me = replace(ANN, who=f"user:{number}")
        start.wait()
        while taken := review.claim(home, me, most=1):
            got.extend(taken)
            review.approve(home, me, taken[0])

    crowd = [threading.Thread(target=moderator, args=(number,)) for number in range(6)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert sorted(got) == sorted(ids), "each photo once, and all of them"


def test_another_organisation_s_photo_is_not_there(home: House) -> None:
    with home.database.transaction() as session:
        session.add(Organisation(id="1" * 26, name="others"))
    (theirs,) = doubtful(home, [0.9], org_id="1" * 26)
    assert review.claim(home, ANN) == []
    for act in (review.approve, review.reject, review.hold, review.undo):
        with pytest.raises(review.NotFound):
            act(home, ANN, theirs)


# ---- decisions ---------------------------------------------------------------------------------------------


def test_a_decision_is_told_written_down_and_taken_back(home: House, client: TestClient) -> None:
    (photo,) = doubtful(home, [0.9])
    with home.database.transaction() as session:
        session.add(Webhook(org_id=LOCAL, url="https://example.com/", salt="-", events=["photo.decided"]))
    said = client.post(f"/v1/review/{photo}", json={"choice": "reject", "note": "blurred <b>"}).json()
    assert (said["photo"]["outcome"], said["photo"]["decision"], said["left"]) == ("failed", "rejected", 0)
    assert said["photo"]["why"][0]["en"] == "A person rejected it: blurred <b>"
    again = client.post(f"/v1/review/{photo}", json={"choice": "approve"})
    assert again.status_code == 409
    assert again.json()["cure"]
    assert client.post(f"/v1/review/{photo}/undo").json()["photo"]["outcome"] == "review"
    assert photo_of(home, photo).told == TOLD
    said = client.post(f"/v1/review/{photo}", json={"choice": "approve"}).json()
    assert (said["photo"]["outcome"], said["photo"]["decision"]) == ("fixed", "approved")
    with home.database.reading() as session:
        told = [one.body["decision"] for one in session.scalars(select(Delivery).order_by(Delivery.id))]
        written = list(session.scalars(select(Audit.what).order_by(Audit.id)))
    assert told == ["rejected", "", "approved"]
    assert written == ["review.rejected", "review.undo", "review.approved"]


def test_nobody_undoes_another_s_decision_but_an_owner(home: House) -> None:
    (photo,) = doubtful(home, [0.9])
    review.approve(home, ANN, photo)
    with pytest.raises(Conflict):
        review.undo(home, BOB, photo)
    review.undo(home, LOCAL_CALLER, photo)
    assert photo_of(home, photo).decision == ""


def test_after_a_while_a_decision_stands(home: House, client: TestClient) -> None:
    (photo,) = doubtful(home, [0.9])
    review.approve(home, LOCAL_CALLER, photo)
    with home.database.transaction() as session:
        long_ago = now() - timedelta(hours=home.settings.undo_hours, seconds=1)
        session.execute(update(Photo).values(decided_at=long_ago))
    assert client.post(f"/v1/review/{photo}/undo").status_code == 422


MOVES = st.lists(
    st.tuples(
        st.sampled_from(["claim", "approve", "undo", "release", "wait"]),
        st.integers(0, 2),
        st.integers(0, 4),
    ),
    max_size=40,
)


class Book:
    """What should be so, kept beside what is."""

    def __init__(self, home: House) -> None:
        self.home = home
        self.ids = doubtful(home, [0.1, 0.2, 0.3, 0.4, 0.5])
        self.holder: dict[str, Caller] = {}
        self.decided: dict[str, Caller] = {}

    def claim(self, me: Caller, _photo: str) -> None:
        for taken in review.claim(self.home, me):
            assert self.holder.get(taken, me) == me, "it is another's"
            assert taken not in self.decided
            self.holder[taken] = me

    def release(self, me: Caller, photo: str) -> None:
        review.release(self.home, me, [photo])
        if self.holder.get(photo) == me:
            del self.holder[photo]

    def wait(self, _me: Caller, photo: str) -> None:
        let_time_pass(self.home, photo)
        self.holder.pop(photo, None)

    def undo(self, me: Caller, photo: str) -> None:
        if self.decided.get(photo) == me:
            review.undo(self.home, me, photo)
            del self.decided[photo]
            self.holder[photo] = me
        else:
            with pytest.raises(Conflict):
                review.undo(self.home, me, photo)

    def approve(self, me: Caller, photo: str) -> None:
        if photo in self.decided or self.holder.get(photo, me) != me:
            with pytest.raises(Conflict):
                review.approve(self.home, me, photo)
        else:
            review.approve(self.home, me, photo)
            self.holder.pop(photo, None)
            self.decided[photo] = me


@given(moves=MOVES)
@effort(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_three_moderators_do_no_photo_is_two_s_and_each_is_decided_once(
    home: House, moves: list[tuple[str, int, int]]
) -> None:
    with home.database.transaction() as session:
        session.execute(update(Photo).values(deleted_at=now()))
    book = Book(home)
    for move, who, which in moves:
        getattr(book, move)((ANN, BOB, EVE)[who], book.ids[which])
    for photo in book.ids:
        row = photo_of(home, photo)
        assert (row.decision != "") == (photo in book.decided)
        assert (row.outcome == "review") == (photo not in book.decided)


def test_a_decision_by_two_at_once_is_one_s(home: House) -> None:
    for _ in range(5):
        (photo,) = doubtful(home, [0.5])
        ends: list[str] = []

        def decide(me: Caller, photo: str = photo, ends: list[str] = ends) -> None:
            try:
                review.approve(home, me, photo)
                ends.append("done")
            except Conflict:
                ends.append("late")

        crowd = [threading.Thread(target=decide, args=(me,)) for me in (ANN, BOB, EVE)]
        for one in crowd:
            one.start()
        for one in crowd:
            one.join()
        assert Counter(ends) == {"done": 1, "late": 2}


# ---- again, and masks by hand ------------------------------------------------------------------------------


@pytest.fixture
def mended(client: TestClient, home: House) -> str:
    """A real one, put up for review."""
    client.post("/v1/jobs", files={"files": ("mug.jpg", mug())}, data={"profile": "yandex_market"})
    work(home)
    with home.database.transaction() as session:
        session.execute(update(Photo).values(outcome="review"))
        return str(session.scalar(select(Photo.id)))


def test_again_makes_another_and_undo_takes_it_away(client: TestClient, home: House, mended: str) -> None:
    asked = {"choice": "redo", "quality": "fast", "settings": {"retouch.shadow.kind": "none"}}
    said = client.post(f"/v1/review/{mended}", json=asked).json()
    made = said["made"]["id"]
    assert said["photo"]["decision"] == "redone"
    assert said["left"] == 0
    wish = client.get(f"/v1/photos/{made}").json()["options"]
    assert wish == {
        "profile": "yandex_market",
        "quality": "fast",
        "settings": {"retouch.shadow.kind": "none"},
    }
    assert client.post(f"/v1/review/{mended}/undo").json()["left"] == 1
    assert client.get(f"/v1/photos/{made}").json()["deleted"]


def test_a_wish_that_cannot_be_leaves_the_photo_undecided(client: TestClient, mended: str) -> None:
    asked = {"choice": "redo", "settings": {"retouch.nothing.kind": "none"}}
    assert client.post(f"/v1/review/{mended}", json=asked).status_code == 422
    assert client.get("/v1/review/count").json() == {"left": 1}


def test_what_a_person_erased_is_gone_from_the_new_picture(
    client: TestClient, home: House, mended: str
) -> None:
    mask = drawn(client, mended)
    assert mask.shape == (600, 600)
    assert mask[330, 240] == 255, "the body"
    handle = slice(240, 420), slice(430, 500)
    assert (mask[handle] > 128).any()
    mask[handle] = 0
    made = client.post(f"/v1/photos/{mended}/mask", content=png(mask)).json()
    work(home)
    told = client.get(f"/v1/photos/{made['id']}").json()
    assert told["progress"] == "done"
    assert told["parent"] == mended
    assert told["profile"] == "yandex_market"
    assert client.get(f"/v1/photos/{mended}").json()["decision"] == "edited"
    assert not (drawn(client, made["id"])[handle] > 128).any()
    before, after = (width_by_height(client, photo) for photo in (mended, made["id"]))
    assert before == pytest.approx(1.2, abs=0.03)
    assert after == pytest.approx(310 / 300, abs=0.03), "the mug is narrower by its handle"
    assert client.get(f"/v1/photos/{made['id']}/files/light").status_code == 200


@pytest.mark.slow
def test_edits_come_as_pairs_that_training_takes(
    client: TestClient, home: House, mended: str, tmp_path: Path
) -> None:
    sideways = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    with Image.open(io.BytesIO(mug(side=400))) as picture:
        picture.crop((0, 40, 400, 400)).rotate(90, expand=True).save(sideways, "JPEG", exif=exif)
    client.post("/v1/jobs", files={"files": ("mug.jpg", sideways.getvalue())})
    work(home)
    photos = [one["id"] for one in client.get("/v1/photos").json()["items"]]
    for turn in range(2):
        for photo in photos:
            mask = drawn(client, photo)
            mask[:: 50 + turn] = 0
            assert client.post(f"/v1/photos/{photo}/mask", content=png(mask)).status_code == 202, turn
    work(home)
    with zipfile.ZipFile(io.BytesIO(client.get("/v1/masks.zip").content)) as archive:
        archive.extractall(tmp_path)
        told = [json.loads(line) for line in archive.read("manifest.jsonl").decode().splitlines()]
    assert len(told) == 2, "each photo once, by its last mask"
    for pair in told:
        photo = cv2.imread(str(tmp_path / pair["photo"]))
        mask = cv2.imread(str(tmp_path / pair["mask"]), cv2.IMREAD_UNCHANGED)
        assert mask.shape == photo.shape[:2]
        assert Path(pair["photo"]).stem == Path(pair["mask"]).stem
        assert not mask[51].any()
        inside = photo[mask > 200].astype(int)
        assert (inside[:, 0] > inside[:, 2]).mean() > 0.95, "the mask lies on the blue mug"
    assert len(list(training_pairs(tmp_path))) == 2


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"GIF89a nothing", 422),
        (b"\x89PNG\r\n\x1a\n", 422),
        (b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\0\0\0\0", 422),
        (b"\x89PNG\r\n\x1a\n" + bytes(8_000_001), 413),
        (noise(1), 422),
    ],
    ids=["nothing", "gif", "cut", "vast", "long", "jpeg"],
)
def test_what_is_no_mask_is_refused_before_anything_is_made(
    client: TestClient, mended: str, body: bytes, status: int
) -> None:
    answer = client.post(f"/v1/photos/{mended}/mask", content=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["cure"]
    assert len(client.get("/v1/photos").json()["items"]) == 1


@pytest.mark.parametrize("shape", [(600, 300), (600, 600, 3)], ids=["another shape", "empty"])
def test_a_mask_that_does_not_fit_says_why(client: TestClient, mended: str, shape: tuple[int, ...]) -> None:
    answer = client.post(f"/v1/photos/{mended}/mask", content=png(np.zeros(shape, np.uint8)))
    assert answer.status_code == 422
    assert "mask" in answer.json()["detail"]
    assert client.get("/v1/review/count").json() == {"left": 1}


def test_what_another_holds_is_not_edited(client: TestClient, home: House, mended: str) -> None:
    mask = drawn(client, mended)
    assert review.claim(home, ANN) == [mended]
    assert client.post(f"/v1/photos/{mended}/mask", content=png(mask)).status_code == 409
    with home.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Photo)) == 1


def drawn(client: TestClient, photo: str) -> NDArray[np.uint8]:
    answer = client.get(f"/v1/photos/{photo}/mask")
    assert answer.headers["content-type"] == "image/png"
    opened = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
    return np.asarray(opened, np.uint8)


def png(mask: NDArray[np.uint8]) -> bytes:
    return cv2.imencode(".png", mask)[1].tobytes()


def width_by_height(client: TestClient, photo: str) -> float:
    """Of what is blue in the light variant."""
    data = np.frombuffer(client.get(f"/v1/photos/{photo}/files/light").content, np.uint8)
    blue, _, red = cv2.split(np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.int16))
    rows, columns = np.nonzero(blue - red > 60)
    return float(np.ptp(columns) / np.ptp(rows))


# ---- the page ----------------------------------------------------------------------------------------------


def test_the_page_decides_without_script(client: TestClient, home: House, mended: str) -> None:
    page = client.get("/review?lang=en").text
    assert f'action="/review/{mended}"' in page
    assert photo_of(home, mended).held_by == "local", "who opens the page holds what it shows"
    assert client.post(f"/review/{mended}", data={"choice": "reject", "note": "blurred"}).status_code == 200
    assert photo_of(home, mended).decision == "rejected"
    assert photo_of(home, mended).note == "blurred"
    client.post(f"/review/{mended}", data={"choice": "undo"})
    client.post(f"/review/{mended}", data={"choice": "redo", "how": "shadowless"})
    assert photo_of(home, mended).decision == "redone"
    assert client.get(f"/v1/photos/{photo_of(home, mended).told['again']}").json()["options"]["settings"] == {
        "retouch.shadow.kind": "none"
    }
    assert client.post(f"/review/{mended}", data={"choice": "explode"}).status_code == 422


def test_a_card_shows_names_and_obeys_none(client: TestClient, home: House) -> None:
    (photo,) = doubtful(home, [0.9])
    hostile = "<img src=x onerror=alert(1)>\"'&{{7*7}}{name}.jpg"
    with home.database.transaction() as session:
        session.execute(update(Photo).values(name=hostile))
    for address in ("/review", f"/review/{photo}"):
        shown = client.get(address).text
        assert "<img src=x" not in shown
        assert "{{7*7}}{name}" in shown


def test_every_offer_of_the_menu_can_be_done(client: TestClient, home: House, mended: str) -> None:
    for how in REDOES:
        client.post(f"/review/{mended}", data={"choice": "redo", "how": how})
        assert photo_of(home, mended).decision == "redone", how
        review.undo(home, LOCAL_CALLER, mended)


def test_an_empty_desk_is_friendly(client: TestClient) -> None:
    assert "All decided" in client.get("/review?lang=en").text
