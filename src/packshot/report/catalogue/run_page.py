"""One self-contained page for a catalogue of any size: what became of it, where it is uneven, what to see.

It holds sums and a fixed number of small pictures, no script and no outside host; it can be mailed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from importlib.metadata import version

from packshot.journey.report import Level, Verdict
from packshot.journey.result import Status
from packshot.report.catalogue.blocks import barred, row, section, table
from packshot.report.catalogue.cards import Picture, Pictures, absent, card, cards, state, tone
from packshot.report.catalogue.evenness import MEASURES, Evenness, Outlier, furthest
from packshot.report.catalogue.figures import Say, bar, columns
from packshot.report.catalogue.survey import Survey
from packshot.report.catalogue.tally import OTHER, Tally
from packshot.report.catalogue.teller import Teller, grouped
from packshot.report.entry import SEVERITIES, STATES
from packshot.report.html import beside, head, icon
from packshot.rules.base import RULES
from packshot.words import Words, say, say_n, verbatim

MOST_RULES = 30
MOST_STAGES = 12
MOST_UNEVEN = 24
MOST_CAUSES = 40
MOST_OUTLIERS = 12
WORST = (12, 6, 6)
"""Least sure, most changed, slowest."""
VERDICTS = {verdict.value: verdict.words for verdict in Verdict} | {"": say("no picture")}
LEVELS = {level.value: level.words for level in Level} | {"": say("not assessed")}
VERDICT_TONES = {"publish": "good", "fix": "doubt", "by_hand": "doubt", "ask_seller": "bad", "": "advice"}
SEVERITY_TONES = {"error": "bad", "warning": "doubt", "advice": "advice"}
DONE = (Status.COMPLIANT, Status.FIXED)


def page(
    survey: Survey, picture: Picture, language: str, *, title: str, before: Picture = absent
) -> Iterator[str]:
    """HTML in pieces. `picture` gives a result by its file, `before` a source by its key."""
    teller, pictures = Teller(language), Pictures(picture, before)
    even = survey.evenness()
    yield head(title, language, style=beside("page.css") + beside("catalogue/run_page.css"))
    yield from _top(survey, title, teller)
    yield from _rules(survey, teller)
    yield from _judged(survey, teller)
    yield from _spreads(survey, teller)
    yield from _stages(survey, teller)
    yield from _evenness(even, pictures, teller)
    yield from _worst(survey, pictures, teller)
    yield from _sample(survey, pictures, teller)
    yield from _failures(survey, teller)
    yield from _made_by(survey, teller)
    made = teller(say("Made by packshot {version}.", version=version("packshot")))
    yield f"</main>\n<footer>{made}</footer>\n</body>\n</html>\n"


# ---- the answer first --------------------------------------------------------------------------------------


def _top(survey: Survey, title: str, teller: Teller) -> Iterator[str]:
    photos = survey.photos
    done = sum(survey.statuses[status] for status in DONE)
    told = teller(_photos(photos))
    yield f'<header><h1>{escape(title)}</h1><p>{told}</p></header>\n<main class="catalogue">\n'
    if not photos:
        yield f'<p class="none">{teller(say("No photos."))}</p>'
        return
    ms = survey.histograms["ms"]
    median = ms.quantile(0.5)
    numbers = [
        (teller.percent(done / photos), say("ready without a person")),
        (grouped(survey.statuses[Status.REVIEW]), say("to review")),
        (grouped(survey.failed), say("failed")),
        (grouped(survey.outputs), say("pictures made")),
        (teller.time(median) if median is not None else "–", say("a photo, the middle one")),
        (grouped(survey.twins), say("served by a photo of equal bytes")),
        (grouped(survey.tried_again), say("tried more than once")),
    ]
    tiles = "".join(f"<div><dd>{number}</dd><dt>{teller(words)}</dt></div>" for number, words in numbers)
    yield f'<dl class="numbers">{tiles}</dl>'
    yield _statuses(survey.statuses, teller)
    yield _mixed(survey, teller)


def _statuses(statuses: Tally, teller: Teller) -> str:
    """In the order of their tones, so that the bar runs from good to bad."""
    order = [name for name in STATES if name in statuses]
    order += [name for name in statuses.as_dict() if name not in STATES]
    total = max(1, statuses.total)
    parts = [(tone(one), statuses[one] / total, state(one).in_(teller.language)) for one in order]
    legend = "".join(
        f'<li class="{tone(name)}">{icon(tone(name))}<b>{grouped(statuses[name])}</b> '
        f"{teller(state(name))} <span>{teller.percent(statuses[name] / total)}</span></li>"
        for name in order
    )
    return f'<div class="statuses">{bar(parts)}<ul>{legend}</ul></div>'


def _mixed(survey: Survey, teller: Teller) -> str:
    if not survey.mixed:
        return ""
    names = {
        "profile": say("several profiles"),
        "profile_sha256": say("a profile that was changed between runs"),
        "weights": say("several weights of the networks"),
        "version": say("several versions of packshot"),
    }
    listed = "".join(f"<li>{teller(names[name])}</li>" for name in survey.mixed)
    told = say("This catalogue is mixed: its pictures were not all made in the same way.")
    return f'<div class="notice doubt">{icon("doubt")}<div><p>{teller(told)}</p><ul>{listed}</ul></div></div>'


# ---- what was found ----------------------------------------------------------------------------------------


def _rules(survey: Survey, teller: Teller) -> Iterator[str]:
    rules = survey.rules()
    if not rules:
        return
    shown = list(rules.items())[:MOST_RULES]
    most = max(sum(side.values()) for _, sides in shown for side in sides.values()) or 1
    rows = [
        row(
            _rule(name, teller),
            _paired(
                {
                    side: {SEVERITY_TONES[one]: n for one, n in counts.items()}
                    for side, counts in sides.items()
                },
                most,
                teller,
            ),
        )
        for name, sides in shown
    ]
    legend = "".join(
        f'<li><svg class="swatch" aria-hidden="true"><rect class="fill-{SEVERITY_TONES[severity]}" '
        f'width="100%" height="100%"/></svg>{teller(words)}</li>'
        for severity, words in SEVERITIES.items()
    )
    told = table((say("Rule"), say("Photos, before and after")), rows, teller, "paired")
    lead = say("In how many photos each rule spoke: in the photo as it came, and in the pictures made of it.")
    yield section("rules", say("Rules"), f'<ul class="legend">{legend}</ul>{told}', teller, lead=lead)


def _rule(name: str, teller: Teller) -> str:
    title = f"<small>{teller(Words(RULES[name].title))}</small>" if name in RULES else ""
    return f"{escape(name)}{title}"


def _paired(sides: Mapping[str, Mapping[str, int]], most: int, teller: Teller) -> str:
    """Before and after, one bar under the other; each is counts by tone."""
    words = {"before": say("before"), "after": say("after")}
    return "".join(
        barred(
            [(colour, count / most, grouped(count)) for colour, count in counts.items()],
            grouped(sum(counts.values())),
            teller(words[side]),
        )
        for side, counts in sides.items()
    )


def _judged(survey: Survey, teller: Teller) -> Iterator[str]:
    photos = max(1, survey.photos)
    verdicts = [
        row(
            teller(words),
            _paired({side: {VERDICT_TONES[verdict]: n} for side, n in sides.items()}, photos, teller),
        )
        for verdict, words in VERDICTS.items()
        if any((sides := {"before": survey.before[verdict], "after": survey.after[verdict]}).values())
    ]
    levels = [
        row(teller(words), _counted(survey.difficulty[level], photos, teller))
        for level, words in LEVELS.items()
        if survey.difficulty[level]
    ]
    told = table((say("Verdict"), say("Photos, before and after")), verdicts, teller, "paired")
    told += table((say("Difficulty"), say("Photos")), levels, teller, "paired")
    told = f'<div class="two">{told}</div>{_categories(survey, teller)}'
    yield section("judged", say("Verdicts and difficulty"), told, teller)


def _counted(count: int, photos: int, teller: Teller) -> str:
    share = teller.percent(count / photos)
    return barred([("plain", count / photos, share)], f"{grouped(count)} <small>{share}</small>")


def _categories(survey: Survey, teller: Teller) -> str:
    counted = survey.categories.as_dict()
    if set(counted) <= {""}:
        return ""
    rows = [
        row(_named(name, say("without a category"), teller), _counted(count, survey.photos, teller))
        for name, count in list(counted.items())[:MOST_UNEVEN]
    ]
    told = table((say("Category"), say("Photos")), rows, teller, "paired")
    title = teller(say_n("{count} category", "{count} categories", len(counted)))
    return f"<details><summary>{title}</summary>{told}</details>"


def _named(name: str, empty: Words, teller: Teller) -> str:
    if name == OTHER:
        return teller(say("all others"))
    return escape(name) or teller(empty)


# ---- how the figures are spread ----------------------------------------------------------------------------


def _spreads(survey: Survey, teller: Teller) -> Iterator[str]:
    told: dict[str, tuple[Words, Say]] = {
        "delta_e": (say("Change of the product's colour, ΔE"), lambda value: teller.decimal(value, 1)),
        "ms": (say("Time a photo"), teller.time),
        "confidence": (say("How sure the cut-out is"), teller.percent),
        "fill_share": (say("Size in the frame"), teller.percent),
        "tone": (say("How light the goods are, L*"), lambda value: teller.decimal(value, 0)),
    }
    figures = ""
    for name, (title, spell) in told.items():
        histogram = survey.histograms[name]
        median, most = histogram.quantile(0.5), histogram.quantile(0.95)
        if median is None or most is None:
            continue
        words = say(
            "Half are below {median}, 95 % below {most}.",
            median=verbatim(spell(median)),
            most=verbatim(spell(most)),
        )
        label = f"{title.in_(teller.language)}. {words.in_(teller.language)}"
        figures += (
            f"<figure><figcaption><h3>{teller(title)}</h3></figcaption>"
            f"{columns(histogram, say=spell, label=label, mark=median)}<p>{teller(words)}"
            f"{_missing(histogram.missing, teller)}</p></figure>"
        )
    if figures:
        lead = say("The line stands at the middle one.")
        yield section("spreads", say("Spread"), f'<div class="figures">{figures}</div>', teller, lead=lead)


def _missing(count: int, teller: Teller) -> str:
    return f" {teller(say('No figure: {number}.', number=grouped(count)))}" if count else ""


def _stages(survey: Survey, teller: Teller) -> Iterator[str]:
    stages = survey.slow_stages()[:MOST_STAGES]
    if not stages:
        return
    rows = [
        row(
            escape(one["stage"])
            + (f"<small>{teller(say('part of another stage'))}</small>" if one["part_of_another"] else ""),
            teller.time(one["ms"] / max(1, one["photos"])),
            teller.time(one["ms"]),
            barred([("plain", one["share"], one["stage"])], teller.percent(one["share"])),
        )
        for one in stages
    ]
    headings = (say("Stage"), say("A photo"), say("Altogether"), say("Share of the time"))
    told = table(headings, rows, teller, "stages")
    total = survey.micros / 1000
    lead = say("All photos together took {time} of work.", time=verbatim(teller.time(total)))
    yield section("stages", say("Slowest stages"), told, teller, lead=lead)


# ---- evenness ----------------------------------------------------------------------------------------------

_TITLES = {one.name: one.title for one in MEASURES}


def _evenness(even: Sequence[Evenness], pictures: Pictures, teller: Teller) -> Iterator[str]:
    if not even:
        return
    lead = say(
        "One catalogue should look like one. Usual is the median of a category and "
        "variant; an outlier is further from it than 3.5 times the usual spread."
    )
    groups = sorted(even, key=lambda one: (-one.outliers, one.category, one.variant))[:MOST_UNEVEN]
    rows = [
        row(
            f"{_named(one.category, say('without a category'), teller)} · {escape(one.variant)}",
            teller(_TITLES[one.measure]),
            teller.measure(one.measure, one.median),
            f"± {teller.measure(one.measure, one.spread)}",
            grouped(one.pictures),
            f"<b>{grouped(one.outliers)}</b>",
        )
        for one in groups
    ]
    headings = (
        *(say("Category and variant"), say("Measure"), say("Usual"), say("Spread")),
        *(say("Pictures"), say("Outliers")),
    )
    far = furthest(even, MOST_OUTLIERS)
    shown = "".join(card(one.case, pictures, teller, _far(one, teller)) for one in far)
    if far:
        told = f"<h3>{teller(say('Furthest from the usual'))}</h3>{cards(shown)}"
    else:
        told = f'<p class="good">{icon("good")} {teller(say("No outliers."))}</p>'
    yield section("evenness", say("Evenness"), told + table(headings, rows, teller), teller, lead=lead)


def _far(one: Outlier, teller: Teller) -> Words:
    return say(
        "{measure}: {value}, usual is {median}.",
        measure=_TITLES[one.measure],
        value=verbatim(teller.measure(one.measure, one.value)),
        median=verbatim(teller.measure(one.measure, one.median)),
    )


# ---- single photos -----------------------------------------------------------------------------------------


def _worst(survey: Survey, pictures: Pictures, teller: Teller) -> Iterator[str]:
    shown: set[str] = set()
    told = ""
    for title, cases, most in zip(
        (say("Least sure, those to review first"), say("Colour changed most"), say("Took longest")),
        (survey.least_sure.cases(), survey.most_changed.cases(), survey.slowest.cases()),
        WORST,
        strict=True,
    ):
        fresh = [case for case in cases if case.key not in shown][:most]
        shown |= {case.key for case in fresh}
        if fresh:
            told += f"<h3>{teller(title)}</h3>{cards(''.join(card(c, pictures, teller) for c in fresh))}"
    if told:
        yield section("worst", say("Worst cases"), told, teller)


def _sample(survey: Survey, pictures: Pictures, teller: Teller) -> Iterator[str]:
    cases = survey.sample.cases()
    if cases:
        told = cards("".join(card(case, pictures, teller) for case in cases))
        lead = say("Drawn by lot from all photos that got pictures.")
        yield section("sample", say("Random sample"), told, teller, lead=lead)


# ---- what failed, and what made the rest -------------------------------------------------------------------


def _failures(survey: Survey, teller: Teller) -> Iterator[str]:
    causes = survey.causes.all()
    if not causes:
        return
    rows = [
        row(
            f"{grouped(one.photos)} <small>{escape(one.code)}</small>",
            escape(one.sentence[teller.language]),
            escape(one.cure[teller.language]),
            f"<code>{escape(one.example)}</code>",
        )
        for one in causes[:MOST_CAUSES]
    ]
    headings = (say("Photos"), say("Cause"), say("What to do"), say("For example"))
    lead = say("Every failed photo stands in failures.csv.")
    yield section(
        "failures", say("Failures by cause"), table(headings, rows, teller, "causes"), teller, lead=lead
    )


def _made_by(survey: Survey, teller: Teller) -> Iterator[str]:
    titles = {
        "profile": say("Profile"),
        "profile_sha256": say("Values of the profile, sha256"),
        "options": say("Options"),
        "weights": say("Weights"),
        "version": say("Version of packshot"),
    }
    rows = [
        row(teller(titles[name]), f"<code>{escape(value) or '–'}</code>", grouped(count))
        for name, tally in survey.made_by.items()
        for value, count in list(tally.as_dict().items())[:MOST_UNEVEN]
    ]
    if rows:
        headings = (say("What"), say("Value"), say("Photos"))
        yield section("made", say("What made it"), table(headings, rows, teller, "made"), teller)


def _photos(count: int) -> Words:
    """The plural by the number, the number by thousands."""
    return say_n("{number} photo", "{number} photos", count, number=grouped(count))
