"""For code scanning: SARIF 2.1.0, with each rule's own page as its help."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from typing import Any
from urllib.parse import quote

from packshot.report.entry import Entry, Found
from packshot.words import Words

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS = {"error": "error", "warning": "warning", "advice": "note"}
UNREADABLE = "bad_photo"


def lines(entries: Iterable[Entry], language: str) -> Iterator[str]:
    rules: dict[str, int] = {}
    results: list[dict[str, Any]] = []
    artifacts: dict[str, dict[str, Any]] = {}
    notices: list[dict[str, Any]] = []
    for entry in entries:
        uri = _uri(entry.path)
        artifact = artifacts.setdefault(uri, _artifact(uri, entry))
        artifact["properties"]["verdicts"].append(_verdict(entry, language))
        if entry.state == "failed":
            notices.append(
                {"level": "error", "message": {"text": f"{entry.key}: {entry.headline[language]}"}}
            )
        for finding in entry.findings:
            index = rules.setdefault(finding.rule, len(rules))
            results.append(_result(entry, finding, uri, index, language))
    run = {
        "tool": {
            "driver": {
                "name": "packshot",
                "semanticVersion": version("packshot"),
                "language": language,
                "rules": [_rule(name, language) for name in rules],
            }
        },
        "invocations": [{"executionSuccessful": not notices, "toolExecutionNotifications": notices}],
        "artifacts": list(artifacts.values()),
        "results": results,
        "columnKind": "unicodeCodePoints",
    }
    document = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    yield json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _uri(path: str) -> str:
    return path if "://" in path else quote(path.replace("\\", "/"), safe="/~")


def _artifact(uri: str, entry: Entry) -> dict[str, Any]:
    artifact: dict[str, Any] = {
        "location": {"uri": uri},
        "roles": ["analysisTarget"],
        "properties": {"verdicts": []},
    }
    if entry.sha256:
        artifact["hashes"] = {"sha-256": entry.sha256}
    return artifact


def _verdict(entry: Entry, language: str) -> dict[str, Any]:
    """With its photo, for a photo that may be published has no result, and several profiles judge each."""
    return {"profile": entry.profile, "verdict": entry.state, "why": _why(entry, language)}


def _why(entry: Entry, language: str) -> str:
    return " ".join(why[language] for why in entry.why)


def _result(entry: Entry, finding: Found, uri: str, index: int, language: str) -> dict[str, Any]:
    several = f"\n{entry.profile}" if entry.title != entry.key else ""
    stable = f"{finding.rule}\n{uri}\n{entry.sha256}{several}"
    return {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.message[language]} {finding.cure[language]}"},
        # Photos have no lines; code scanning shows nothing without one.
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": {"startLine": 1}}},
        ],
        "partialFingerprints": {"packshot/v1": hashlib.sha256(stable.encode()).hexdigest()},
        "properties": {
            "verdict": entry.state,
            "why": _why(entry, language),
            "measured": finding.measured,
            "limit": finding.limit,
            "unit": finding.unit,
            "boxes": [list(box) for box in finding.boxes],
            "confidence": finding.confidence,
            "learned": finding.learned,
            "fixable": finding.fixable,
        },
    }


def _rule(name: str, language: str) -> dict[str, Any]:
    from packshot.rules.base import RULES

    if name not in RULES:
        title = "The file is no photo that can be opened."
        return {"id": name, "name": _camel(name), "shortDescription": {"text": Words(title).in_(language)}}
    rule = RULES[name]
    page = [(Words(heading).in_(language), Words(text).in_(language)) for heading, text in rule.page]
    title = Words(rule.title).in_(language)
    return {
        "id": name,
        "name": _camel(name),
        "shortDescription": {"text": title},
        "fullDescription": {"text": " ".join([title, *(text for _, text in page[:1])])},
        "help": {
            "text": "\n\n".join([title, *(f"{heading}: {text}" for heading, text in page)]),
            "markdown": "\n\n".join([title, *(f"**{heading}:** {text}" for heading, text in page)]),
        },
        "properties": {"since": rule.since},
    }


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))
