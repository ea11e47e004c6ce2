"""The commands as users type them: what they print, write and exit with."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from typer.testing import CliRunner

sys.path.insert(0, str(Path(__file__).parents[1] / "batch"))
from drawn import mug, packed, tree

from packshot.cli.app import build
from packshot.cli.fix import settings
from packshot.errors import BadOption
from packshot.words import say

Run = Callable[..., Any]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("PACKSHOT_LANG", "en")
    monkeypatch.delenv("PACKSHOT_PROFILE", raising=False)
    monkeypatch.setenv("COLUMNS", "120")

    def invoke(*words: object, code: int = 0) -> Any:
        result = CliRunner().invoke(build(), [str(word) for word in words])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result

    return invoke


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photo") / "mug.png"
    path.write_bytes(mug(side=500))
    return path


def hashes(top: Path) -> dict[str, str]:
    return {
        path.relative_to(top).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(top.rglob("*"))
        if path.is_file()
    }


def report_lines(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "report.jsonl").read_text("utf-8").splitlines()]


# ---- check -------------------------------------------------------------------------------------------------


def test_check_tells_the_verdict_and_exits_by_what_it_found(run: Run, photo: Path) -> None:
    result = run("check", photo, code=1)
    assert "mug.png" in result.stdout.splitlines()[0]
    assert result.stderr == ""


def test_check_of_a_fine_photo_exits_with_zero(run: Run, tmp_path: Path, photo: Path) -> None:
    run("fix", photo, "--out", tmp_path, "--quiet")
    result = run("check", tmp_path / "mug_main_light.jpg")
    assert "Ready to publish" in result.stdout


def test_check_gives_machines_a_clean_stdout(run: Run, photo: Path) -> None:
    document = json.loads(run("check", photo, "--json", code=1).stdout)
    assert [told["key"] for told in document["photos"]] == ["mug.png"]
    assert json.loads(run("check", photo, "--format", "sarif", code=1).stdout)["version"] == "2.1.0"
    assert list(csv.DictReader(io.StringIO(run("check", photo, "--format", "csv", code=1).stdout)))
    assert run("check", photo, "--format", "github", code=1).stdout.startswith("::")


def test_check_of_bytes_that_are_no_photo_is_a_finding(run: Run, tmp_path: Path) -> None:
    tree(tmp_path, {"broken.jpg": b"no photo"})
    result = run("check", tmp_path / "broken.jpg", code=1)
    assert "bad_photo" in result.stdout
    assert "Traceback" not in result.output


def test_check_writes_one_page_and_not_over_a_stranger(run: Run, photo: Path, tmp_path: Path) -> None:
    run("check", photo, "--html", tmp_path / "page", code=1)
    assert hashes(tmp_path / "page").keys() == {"index.html"}
    run("check", photo, "--html", tmp_path / "page", code=1)
    tree(tmp_path / "own", {"index.html": b"<p>mine"})
    result = run("check", photo, "--html", tmp_path / "own", code=2)
    assert "did not write it" in result.stderr
    assert (tmp_path / "own" / "index.html").read_bytes() == b"<p>mine"
    result = run("check", photo, "--html", photo, code=2)
    assert "a folder is asked for" in result.stderr


def test_check_asks_several_marketplaces_at_once(run: Run, photo: Path) -> None:
    names = ["yandex_market", "wildberries", "ozon"]
    told = run("check", photo, "--profile", ",".join(names), code=1).stdout
    header, row = (line.split() for line in told.splitlines()[-2:])
    assert header == ["photo", *names]
    assert row[0] == "mug.png"
    document = json.loads(run("check", photo, "--profile", ",".join(names), "--json", code=1).stdout)
    assert [(one["key"], one["profile"]) for one in document["photos"]] == [
        ("mug.png", name) for name in names
    ]
    table = csv.DictReader(
        io.StringIO(run("check", photo, "-p", "ozon,yandex_market", "-f", "csv", code=1).stdout)
    )
    assert list(dict.fromkeys(line["profile"] for line in table)) == ["ozon", "yandex_market"]


def test_check_explains_each_rule_by_its_numbers(run: Run, photo: Path) -> None:
    told = run("check", photo, "--explain", code=1).stdout
    assert "image_size is broken" in told
    assert "min_width: 500 px measured, at least 1200 px is asked for" in " ".join(told.split())
    one = json.loads(run("check", photo, "--explain", "--json", code=1).stdout)["photos"][0]
    assert any(rule["holds"] for rule in one["explained"])
    assert "--json" in run("check", photo, "--explain", "--format", "csv", code=2).stderr


def test_check_draws_what_is_wrong_and_not_over_a_stranger(run: Run, tmp_path: Path) -> None:
    """The pan is cut at the right: a red strip with a label lies there."""
    pan = Path(__file__).parents[2] / "examples" / "photos" / "cropped.jpg"
    for _ in range(2):
        run("check", pan, "--boxes", tmp_path / "marked", code=1)
    with Image.open(tmp_path / "marked" / "cropped.jpg.jpg") as marked:
        assert max(marked.size) == 1200
        edge = marked.convert("RGB").crop((marked.width - 40, 0, *marked.size))
    assert any(red > 180 and green < 80 for _, (red, green, _) in edge.getcolors(1 << 20) or ())
    tree(tmp_path / "own", {"cropped.jpg.jpg": b"mine"})
    run("check", pan, "--boxes", tmp_path / "own", code=2)
    assert (tmp_path / "own" / "cropped.jpg.jpg").read_bytes() == b"mine"


@pytest.mark.skipif(
    say("A person decides").in_("ru") == "A person decides", reason="the Russian catalogue is not compiled"
)
def test_check_speaks_russian(run: Run, photo: Path) -> None:
    english, russian = (run("check", photo, "--lang", language, code=1).stdout for language in ("en", "ru"))
    assert english != russian


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check", "nowhere.jpg"], "nowhere.jpg"),
        (["check", "PHOTO", "--profile", "yandex_markt"], "yandex_market"),
        (["check", "PHOTO", "--switch", "nothing_like_it"], "nothing_like_it"),
        (["check", "PHOTO", "--format", "xml"], "xml"),
        (["check"], "SRC"),
        (["fix", "PHOTO"], "--out"),
        (["fix", "PHOTO", "--out", "OUT", "--variants", "blue"], "Known: light, dark"),
        (["fix", "PHOTO", "--out", "OUT", "--keep", "hair"], "Known: mask, cutout, shadow"),
        (["fix", "PHOTO", "--out", "OUT", "--set", "output.quality"], "has no value"),
        (["fix", "PHOTO", "--out", "OUT", "--set", "output.qualty=3"], "qualty"),
        (["fix", "PHOTO", "--out", "PHOTO"], "not a folder"),
        (["cutout", "PHOTO", "--out", "OUT", "--engine", "magic"], "magic"),
        (["cutout", "PHOTO", "--out", "OUT", "--background", "beige"], "not a colour"),
        (["cutout", "PHOTO", "--out", "OUT", "--background", "fff", "--mask-only"], "not both"),
        (["explain", "background_colour"], "did you mean background_color"),
        (["profiles", "ozn"], "ozon"),
        (["demo", "--photos", "nowhere"], "nowhere"),
    ],
)
def test_a_wrong_word_is_told_and_exits_with_two(
    run: Run, photo: Path, tmp_path: Path, words: list[str], said: str
) -> None:
    named = {"PHOTO": str(photo), "OUT": str(tmp_path / "out")}
    result = run(*(named.get(word, word) for word in words), code=2)
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""
    assert not (tmp_path / "out" / "report.jsonl").exists()


# ---- fix ---------------------------------------------------------------------------------------------------


def test_fix_writes_the_pictures_their_account_and_nothing_else(
    run: Run, photo: Path, tmp_path: Path
) -> None:
    result = run("fix", photo, "--out", tmp_path)
    assert hashes(tmp_path).keys() == {"mug_main_light.jpg", "mug_main_dark.jpg", "report.jsonl"}
    (line,) = report_lines(tmp_path)
    assert line["files"] == {
        name: digest for name, digest in hashes(tmp_path).items() if name.endswith(".jpg")
    }
    assert {"photo_sha256", "profile_sha256", "options", "weights", "version"} <= set(line["identity"])
    assert "1 photo = " in result.stdout


def test_fix_again_does_nothing_and_says_so(run: Run, photo: Path, tmp_path: Path) -> None:
    run("fix", photo, "--out", tmp_path)
    before = hashes(tmp_path)
    times = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.jpg")}
    assert "1 was done by an earlier run" in run("fix", photo, "--out", tmp_path).stdout
    assert hashes(tmp_path) == before
    assert {path: path.stat().st_mtime_ns for path in tmp_path.glob("*.jpg")} == times


def test_fix_gives_the_same_bytes_elsewhere(run: Run, photo: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        run("fix", photo, "--out", tmp_path / name, "--quiet", "--trail", "--keep", "mask,cutout,shadow")
    one, two = hashes(tmp_path / "one"), hashes(tmp_path / "two")
    del one["report.jsonl"], two["report.jsonl"]
    assert one == two


def test_fix_writes_trail_layers_page_sheet_and_json(run: Run, photo: Path, tmp_path: Path) -> None:
    words = ("--variants", "light", "--trail", "--keep", "mask,cutout,shadow", "--sheet", "--quiet")
    page, told = tmp_path / "page", tmp_path / "all.json"
    run("fix", photo, "--out", tmp_path / "out", *words, "--html", page, "--json", told)
    assert hashes(tmp_path / "out").keys() == {
        "mug_main_light.jpg", "mug_trail.zip", "mug_layer_mask.png", "mug_layer_cutout.png",
        "mug_layer_shadow.png", "contact_sheet.jpg", "report.jsonl",
    }  # fmt: skip
    with zipfile.ZipFile(tmp_path / "out" / "mug_trail.zip") as trail:
        assert trail.namelist()[0] == "00_source.png"
        assert len(trail.namelist()) >= 4
    assert json.loads(told.read_text("utf-8"))["photos"][0]["key"] == "mug.png"
    assert "data:image/webp" in (page / "index.html").read_text("utf-8")


def test_layers_lie_over_each_other_as_in_the_picture(run: Run, photo: Path, tmp_path: Path) -> None:
    import numpy as np
    from PIL import Image

    words = ("--variants", "light", "--keep", "cutout,shadow", "--set", "output.format=png", "--quiet")
    run("fix", photo, "--out", tmp_path, *words)
    with Image.open(tmp_path / "mug_main_light.png") as opened:
        picture = np.asarray(opened.convert("RGB")).astype(int)
    stacked = Image.new("RGBA", (picture.shape[1], picture.shape[0]), (245, 244, 242, 255))
    for layer in ("shadow", "cutout"):
        with Image.open(tmp_path / f"mug_layer_{layer}.png") as opened:
            stacked.alpha_composite(opened.convert("RGBA"))
    away = abs(np.asarray(stacked.convert("RGB")).astype(int) - picture)
    assert away.max() <= 3  # rounding of three layers


def test_three_photos_of_one_name_give_three_results_and_nothing_of_the_users_changes(
    run: Run, tmp_path: Path
) -> None:
    photos = {
        "red/1.jpg": mug(kind="JPEG"),
        "blue/1.jpg": mug((40, 60, 160), kind="JPEG"),
        "1.png": mug((30, 120, 60)),
    }
    source = tree(tmp_path / "in", {**photos, "notes.txt": b"mine", "bad.jpg": b"no photo"})
    before = hashes(source)
    result = run("fix", source, "--out", source / "fixed", "--jobs", 1, code=1)
    after = hashes(source)
    assert {name: after[name] for name in before} == before
    lines = report_lines(source / "fixed")
    assert [line["key"] for line in lines] == ["1.png", "bad.jpg", "blue/1.jpg", "red/1.jpg"]
    pictures = [name for name in after if name.endswith("_light.jpg")]
    assert pictures == ["fixed/1_main_light.jpg", "fixed/blue/1_main_light.jpg", "fixed/red/1_main_light.jpg"]
    states = [line["status"] for line in lines]
    assert len(lines) == sum(states.count(s) for s in ("compliant", "fixed", "review", "failed")) == 4
    assert states[1] == "failed"
    assert "Skipped: 1 file that is no photo." in result.stderr
    assert "4 photos = " in result.stdout
    again = run("fix", source, "--out", source / "fixed", "--jobs", 1, code=1)
    assert "3 were done by an earlier run" in again.stdout


def test_the_folder_of_photos_is_no_folder_for_results(run: Run, tmp_path: Path) -> None:
    tree(tmp_path, {"1.png": mug()})
    assert "is the folder of the photos" in run("fix", tmp_path, "--out", tmp_path, code=2).stderr


def test_pictures_beside_their_photo_are_not_mended_again(run: Run, tmp_path: Path) -> None:
    tree(tmp_path, {"a.png": mug()})
    run("fix", tmp_path / "a.png", "--out", tmp_path, "--quiet")
    result = run("fix", f"{tmp_path}/*.*", "--out", tmp_path)
    assert "2 pictures of an earlier run" in result.stderr
    assert [line["key"] for line in report_lines(tmp_path)] == ["a.png"]


def test_fix_takes_a_mask_for_one_photo_alone(run: Run, photo: Path, tmp_path: Path) -> None:
    mask = tmp_path / "mask.png"
    drawn = Image.new("L", (500, 500))
    drawn.paste(255, (150, 150, 350, 350))
    drawn.save(mask)
    run("fix", photo, "--out", tmp_path / "one", "--mask", mask)
    (line,) = report_lines(tmp_path / "one")
    assert line["before"]["facts"]["subject"]["origin"] == "person"
    again = run("fix", photo, "--out", tmp_path / "one", "--mask", mask)
    assert "1 was done by an earlier run" in again.output
    other = tmp_path / "other.png"
    other.write_bytes(photo.read_bytes())
    two = run("fix", photo, other, "--out", tmp_path / "two", "--mask", mask, code=2)
    assert "--mask is for one photo, there are 2" in two.output
    assert not list((tmp_path / "two").glob("*.jpg"))
    bad = run("fix", photo, "--out", tmp_path / "bad", "--mask", photo, code=2)
    assert "a picture with colours" in bad.output


def test_fix_takes_names_from_a_list_of_skus(run: Run, photo: Path, tmp_path: Path) -> None:
    tree(tmp_path, {"skus.csv": "file;sku\nmug.png;АРТ-7\n".encode("utf-8-sig")})
    run("fix", photo, "--out", tmp_path / "out", "--sku-map", tmp_path / "skus.csv", "--quiet")
    assert (tmp_path / "out" / "АРТ-7_main_light.jpg").exists()


def test_fix_reads_a_zip(run: Run, tmp_path: Path) -> None:
    archive = packed(tmp_path / "p.zip", {"../red/1.png": mug()})
    run("fix", archive, "--out", tmp_path / "out", "--quiet")
    assert (tmp_path / "out" / "red" / "1_main_dark.jpg").exists()
    assert not (tmp_path / "red").exists()


def test_a_link_into_the_own_network_fails_with_a_cure(run: Run, tmp_path: Path) -> None:
    result = run("fix", "http://127.0.0.1:9/mug.png", "--out", tmp_path, code=1)
    assert "not a public address" in result.stdout
    assert report_lines(tmp_path)[0]["status"] == "failed"


def test_settings_are_toml_or_text() -> None:
    pairs = ["output.quality=85", "retouch.shadow.kind=none", "retouch.place.canvas=[900, 1200]", "a.b='1=2'"]
    canvas = (900, 1200)
    assert settings(pairs) == {
        "output.quality": 85, "retouch.shadow.kind": "none", "retouch.place.canvas": canvas, "a.b": "1=2",
    }  # fmt: skip
    with pytest.raises(BadOption):
        settings(["=3"])


# ---- cutout ------------------------------------------------------------------------------------------------


def test_cutout_writes_transparency_of_the_photos_size(run: Run, photo: Path, tmp_path: Path) -> None:
    from PIL import Image

    run("cutout", photo, "--out", tmp_path)
    with Image.open(tmp_path / "mug_cutout.png") as cut:
        assert (cut.mode, cut.size) == ("RGBA", (500, 500))
        assert cut.getpixel((2, 2))[3] == 0  # type: ignore[index]
        assert cut.getpixel((250, 250))[3] == 255  # type: ignore[index]
    assert "1 was done by an earlier run" in run("cutout", photo, "--out", tmp_path).stdout


def test_cutout_lays_on_a_colour_crops_and_masks(run: Run, photo: Path, tmp_path: Path) -> None:
    from PIL import Image

    run("cutout", photo, "--out", tmp_path / "a", "--background", "#102030", "--crop", "--quiet")
    with Image.open(tmp_path / "a" / "mug_cutout.png") as cut:
        assert cut.mode == "RGB"
        assert cut.width < 300
        assert cut.getpixel((0, 0)) == (16, 32, 48)
    run("cutout", photo, "--out", tmp_path / "b", "--mask-only", "--quiet")
    with Image.open(tmp_path / "b" / "mug_mask.png") as mask:
        assert mask.size == (500, 500)


def test_cutout_of_an_empty_ground_fails_with_its_reason(run: Run, tmp_path: Path) -> None:
    from PIL import Image

    Image.new("RGB", (300, 300), (240, 240, 240)).save(tmp_path / "empty.png")
    result = run("cutout", tmp_path / "empty.png", "--out", tmp_path / "out", code=1)
    assert "No product was found" in result.stdout


# ---- the rest ----------------------------------------------------------------------------------------------


def test_explain_prints_a_rules_page(run: Run) -> None:
    told = run("explain", "background_color").stdout
    assert "Why" in told
    assert "How to shoot" in told
    assert json.loads(run("explain", "background_color", "--json").stdout)["rule"] == "background_color"


def test_profiles_are_listed_and_told_with_their_sources(run: Run) -> None:
    assert "yandex_market (default)" in run("profiles").stdout
    assert {"ozon", "amazon"} <= {told["name"] for told in json.loads(run("profiles", "--json").stdout)}
    told = json.loads(run("profiles", "yandex_market", "--json").stdout)
    value = told["values"]["output.quality"]
    assert value["value"] == 90
    assert {"source", "trust", "read"} <= value.keys()
    assert "output.quality" in run("profiles", "yandex_market", "--category", "beauty").stdout


def test_a_guide_is_written(run: Run, tmp_path: Path) -> None:
    assert run("guide", "--profile", "yandex_market").stdout.startswith("#")
    run("guide", "--profile", "yandex_market", "--lang", "ru", "--out", tmp_path / "guide.html")
    assert "<html" in (tmp_path / "guide.html").read_text("utf-8")


def test_version_is_told(run: Run) -> None:
    assert run("version").stdout.startswith("packshot 0.")
    assert "packshot" in json.loads(run("version", "--json").stdout)


def test_doctor_names_what_is_here(run: Run) -> None:
    told = json.loads(run("doctor", "--json", "--no-speed").stdout)
    assert {"device", "threads", "engines", "missing", "parts", "profile"} <= told.keys()
    assert any(engine["kind"] == "segmenter" for engine in told["engines"])
    assert "Device" in run("doctor", "--no-speed").stdout


def test_demo_shows_photos_before_and_after(run: Run, tmp_path: Path) -> None:
    tree(tmp_path / "photos", {"mug.png": mug(side=500)})
    result = run("demo", "--photos", tmp_path / "photos", "--out", tmp_path / "out")
    assert "contact_sheet.jpg" in result.stderr
    assert {"contact_sheet.jpg", "index.html", "report.jsonl", "mug_main_light.jpg"} <= hashes(
        tmp_path / "out"
    ).keys()


def commands() -> Iterator[str]:
    """Also those of several words, as `weights pull`."""
    from typer.main import get_command

    for name, command in get_command(build()).commands.items():  # type: ignore[attr-defined]
        several = getattr(command, "commands", None)
        yield from (f"{name} {second}" for second in several) if several else (name,)


@pytest.mark.parametrize("name", list(commands()))
def test_every_command_has_examples_and_a_language(run: Run, name: str) -> None:
    told = run(*name.split(), "--help").stdout
    assert f"packshot {name}" in told
    assert "--lang" in told


@pytest.mark.slow
def test_assess_sorts_every_photo_and_tells_the_hours(run: Run, photo: Path, tmp_path: Path) -> None:
    tree(tmp_path, {"mug.png": photo.read_bytes(), "broken.jpg": b"no photo"})
    told = run("assess", tmp_path)
    assert "2 photos: the machine finishes about" in " ".join(told.stdout.split())
    table = list(csv.DictReader(io.StringIO(run("assess", tmp_path, "--csv").stdout)))
    assert {line["photo"]: line["level"] for line in table}["broken.jpg"] == "by_hand"
    total = json.loads(run("assess", tmp_path, "--json", "--edit-minutes", 30).stdout)["total"]
    assert (total["photos"], total["all_by_hand_minutes"]) == (2, 60.0)


def test_calibrate_fits_a_limit_and_says_when_it_cannot(run: Run, photo: Path, tmp_path: Path) -> None:
    tree(tmp_path, {"good/a.png": photo.read_bytes(), "bad/b.png": mug(side=300), "bad/c.txt": b"no photo"})
    refused = run("calibrate", "--data", tmp_path, "--rule", "image_size", code=2)
    assert "At least 73 are needed" in refused.stderr
    assert "c.txt" in refused.stderr
    assert "frame_fill" in run("calibrate", "--data", tmp_path, "--rule", "frame_fil", code=2).stderr
    (tmp_path / "t.csv").write_text("file,label\ngood/a.png,fine\n", "utf-8")
    assert "line 2" in run("calibrate", "--data", tmp_path / "t.csv", "--rule", "frame_fill", code=2).stderr
