"""Turns the public originals into the two files the project reads: punks/sales.csv and punks/assets.csv.

usage: merge_sales.py ARCHIVE ASSETS OUT_DIR

ARCHIVE  the sales repository as a .tar.gz: <top>/sales/YYYY/MM/YYYY-MM-DD_(rows).csv, one file a day
ASSETS   the attributes of all assets, cryptopunks.csv
OUT_DIR  gets sales.csv (rows up to LAST_DAY, sorted as text: by time, then by asset id) and assets.csv

Values are copied, never changed: only the separator, the header and the columns kept differ. Exit codes: 0 ok,
1 the originals are not what this program knows, 2 wrong usage.
"""

import re
import sys
import tarfile
from pathlib import Path

LAST_DAY = "2020-12-31"
MAX_FILES = 5_000
MAX_FILE_BYTES = 4_000_000
SALES_FILE = re.compile(r"^[^/]+/sales/\d{4}/\d{2}/(\d{4}-\d{2}-\d{2})_\((\d+)\)\.csv$")
SALES_COLUMNS = ["timestamp", "id", "price (in eth)", "price (in wei)", "from", "to", "block", "tx"]
SALES_HEADER = "timestamp,asset_id,price_wei,seller,buyer,block,tx"
ASSET_COLUMNS = ["id", "type", "gender", "skin tone", "count", "accessories"]
ASSET_HEADER = "asset_id,type,gender,skin_tone,accessory_count,accessories"


class UnknownFormat(Exception):
    """The originals differ from what was pinned."""


def rows_of(text, columns, name):
    """The rows of one original: values separated by a comma and a blank, without quoting."""
    lines = text.split("\n")
    if lines[0].rstrip("\r").split(", ") != columns:
        raise UnknownFormat(f"{name}: header {lines[0]!r}, expected {', '.join(columns)!r}")
    for number, line in enumerate(lines[1:], start=2):
        if not line:
            continue
        row = line.split(", ")
        if len(row) != len(columns):
            raise UnknownFormat(f"{name}, line {number}: {len(row)} values, expected {len(columns)}: {line!r}")
        yield row


def sales(archive):
    """All sales up to LAST_DAY, as lines of sales.csv, sorted."""
    lines = []
    files = 0
    with tarfile.open(archive, "r:gz") as tar:
        for member in tar:
            match = SALES_FILE.match(member.name)
            if not match or not member.isfile() or match.group(1) > LAST_DAY:
                continue
            files += 1
            if files > MAX_FILES or member.size > MAX_FILE_BYTES:
                raise UnknownFormat(f"{member.name}: more than {MAX_FILES} files or {MAX_FILE_BYTES} bytes")
            day = list(rows_of(tar.extractfile(member).read().decode("utf-8"), SALES_COLUMNS, member.name))
            if len(day) != int(match.group(2)):
                raise UnknownFormat(f"{member.name}: {len(day)} rows, its name says {match.group(2)}")
            for time, asset, _eth, wei, seller, buyer, block, tx in day:
                lines.append(",".join([time, asset, wei, seller, buyer, block, tx]))
    if not lines:
        raise UnknownFormat(f"{archive}: no sales up to {LAST_DAY} in it")
    return sorted(lines)


def assets(original):
    """All assets, as lines of assets.csv, in the order of the original, whose line ends stay."""
    text = Path(original).read_bytes().decode("utf-8")
    return [",".join(value.strip(" ") for value in row) for row in rows_of(text, ASSET_COLUMNS, original)]


def write(path, header, lines):
    path.write_bytes("".join(f"{line}\n" for line in [header, *lines]).encode("utf-8"))


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    archive, original, out = arguments
    try:
        write(Path(out) / "sales.csv", SALES_HEADER, sales(archive))
        write(Path(out) / "assets.csv", ASSET_HEADER, assets(original))
    except (UnknownFormat, OSError, tarfile.TarError, UnicodeDecodeError) as error:
        print(f"merge_sales: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
