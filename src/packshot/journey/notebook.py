"""Reports and results as they show themselves in a notebook."""

from __future__ import annotations

import base64
import html
from typing import TYPE_CHECKING

from packshot.words import default_language

if TYPE_CHECKING:
    from packshot.journey.report import Report
    from packshot.journey.result import Result


def report_html(report: Report) -> str:
    language = default_language()
    rows = "".join(
        f"<li><b>{html.escape(finding.severity)}</b> {html.escape(finding.message.in_(language))} "
        f"<i>{html.escape(finding.cure.in_(language))}</i></li>"
        for finding in report.findings
    )
    return (
        f"<div><strong>{html.escape(report.headline.in_(language))}</strong> "
        f"{html.escape(report.name)} · {html.escape(report.profile)}"
        f"<br>{html.escape(report.why.in_(language))}<ul>{rows}</ul></div>"
    )


def result_html(result: Result) -> str:
    language = default_language()
    pictures = "".join(
        f'<img alt="{html.escape(name)}" style="max-height:320px;margin-right:8px" '
        f'src="data:image/{picture.format};base64,{base64.b64encode(picture.data).decode()}">'
        for name, picture in result.variants.items()
    )
    reasons = "; ".join(html.escape(reason.in_(language)) for reason in result.reasons)
    return (
        f"<div><strong>{html.escape(result.status.words.in_(language))}</strong>: {reasons}<br>{pictures}"
        f"{report_html(result.before)}</div>"
    )
