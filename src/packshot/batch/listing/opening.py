"""What a source is, told by its look."""

from __future__ import annotations

import glob
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from packshot.batch.listing import sheets
from packshot.batch.listing.archives import Tar, Zip
from packshot.batch.listing.buckets import Bucket, Single, split
from packshot.batch.listing.columns import check_roles
from packshot.batch.listing.database_urls import is_database, rows_class
from packshot.batch.listing.documents import Document
from packshot.batch.listing.feeds import Feed
from packshot.batch.listing.folders import Folder
from packshot.batch.listing.links import Link
from packshot.batch.listing.listed import Source
from packshot.batch.listing.pictures import SCHEME, Reach
from packshot.batch.listing.tables import Table
from packshot.batch.origins import Archive, LinkOrigin, StoreOrigin
from packshot.batch.sources import PHOTO_SUFFIXES
from packshot.batch.store import Store
from packshot.batch.tars import is_tar
from packshot.errors import BadOption, BadSource
from packshot.words import say

FEEDS = (".yml", ".xml", ".yml.gz", ".xml.gz")
FEED = "yml+"
"""Before the link to a feed that does not look like one: `yml+https://shop.example/export`."""


def open_source(
    text: str,
    *,
    out: Store | None = None,
    options: Mapping[str, object] | None = None,
    columns: Mapping[str, str] | None = None,
    root: str = "",
    allow_private: bool = False,
    table: str = "",
    query: str = "",
    write_back: Mapping[str, str] | None = None,
) -> Source:
    """`options` are fsspec's (endpoint_url), `columns` map sku, url, title, category, key, place and stamp to
    names of columns, relative paths of a list begin at `root` and then may not leave it. `table`, `query` and
    `write_back` are for databases.
    """
    if is_database(text):
        return rows_class()(
            text,
            table=table,
            query=query,
            columns=columns,
            root=root,
            allow_private=allow_private,
            options=options,
            write_back=write_back,
            to=out.url if out else "",
        )
    if table or query or write_back:
        raise BadOption(
            say("{source} is no database.", source=text),
            say("Give a database's address: {example}.", example="postgresql://…"),
        )
    options, columns = options or {}, columns or {}
    check_roles(columns)
    is_feed = text.startswith(FEED)
    text = text.removeprefix(FEED)
    scheme = (SCHEME.match(text) or [""] * 2)[1].lower()
    reach = Reach(Store.at(root, dict(options)) if root else "", bool(root), options, allow_private)
    if scheme in ("http", "https"):
        return _behind_link(text, is_feed, columns, reach)
    if scheme not in ("", "file"):
        return _in_bucket(text, is_feed, columns, reach, out)
    path = Path(text.removeprefix("file://")).expanduser()
    if not path.is_file():
        return Folder(str(path), out=out)
    reach = reach.unless(Store.at(path.absolute().parent))
    return _list(path, path.name, is_feed, columns, reach) or _archive(path, path.name) or Folder(str(path))


def _behind_link(url: str, is_feed: bool, columns: Mapping[str, str], reach: Reach) -> Source:
    origin = LinkOrigin(url, reach.allow_private)
    photo = Link(origin)  # refuses what no photo and no list may be fetched from
    name = urlsplit(url).path
    if is_tar(name) or name.lower().endswith(".zip"):
        raise BadSource(
            say("{source} is an archive behind a link.", source=photo.name),
            say("Download it and give the file: it would have to be fetched again by every worker."),
        )
    return _list(origin, name, is_feed, columns, reach.unless(url)) or photo


def _in_bucket(
    url: str, is_feed: bool, columns: Mapping[str, str], reach: Reach, out: Store | None
) -> Source:
    if any(letter in url for letter in "*?["):
        return Bucket(*_before_magic(url, reach.options), out=out)
    below, name = split(url, reach.options)
    origin = StoreOrigin(below, name)
    listed = _list(origin, name, is_feed, columns, reach.unless(below)) or _archive(origin, name)
    if listed is not None:
        return listed
    if name.lower().endswith(tuple(PHOTO_SUFFIXES)):
        return Single(origin)
    return Bucket(Store.at(url, dict(reach.options)), out=out)


def _before_magic(url: str, options: Mapping[str, object]) -> tuple[Store, str]:
    scheme, _, path = url.partition("://")
    parts = path.split("/")
    first = next(at for at, part in enumerate(parts) if glob.has_magic(part))
    if first == 0:
        raise BadSource(
            say("{source} names no bucket.", source=url), say("A pattern stands behind the bucket's name.")
        )
    return Store.at(f"{scheme}://{'/'.join(parts[:first])}", dict(options)), "/".join(parts[first:])


def _list(
    document: Document, name: str, is_feed: bool, columns: Mapping[str, str], reach: Reach
) -> Source | None:
    name = name.lower()
    if is_feed or name.endswith(FEEDS):
        return Feed(document, reach=Reach(allow_private=reach.allow_private))
    if name.endswith(sheets.SUFFIXES):
        return Table(document, columns=columns, reach=reach)
    return None


def _archive(archive: Archive, name: str) -> Source | None:
    if is_tar(name):
        return Tar(archive)
    return Zip(archive) if name.lower().endswith(".zip") else None
