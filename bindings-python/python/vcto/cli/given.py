"""What the command is given: files of text, and sheets that people fill in."""

from __future__ import annotations

import csv
import pathlib

import vcto

_FILLED_BY_PEOPLE = {"questions.csv": ("answer", "author", "date"), "inferred.csv": ("verdict", "author", "at")}
"""The sheets that a review leaves, each with the columns that it leaves empty for people."""

SHEETS = tuple(sorted(_FILLED_BY_PEOPLE))


def text_of(path: pathlib.Path) -> str:
    """The text of a file; an error names the file where the bytes are no text."""
    try:
        return path.read_text("utf-8")
    except UnicodeDecodeError as error:
        told = vcto.InvalidInput(f"{path}: byte {error.start} is not UTF-8 (save the file as UTF-8 text)")
        told.place = str(path)
        raise told from error


def is_filled(sheet: pathlib.Path) -> bool:
    """Whether people may have written in a sheet. One that cannot be read as it was left counts as written in."""
    try:
        with sheet.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file, strict=True)
            columns = _FILLED_BY_PEOPLE[sheet.name]
            if not set(columns) <= set(rows.fieldnames or ()):
                return sheet.stat().st_size > 0
            return any((row[column] or "").strip() for row in rows for column in columns)
    except FileNotFoundError:
        return False
    except (UnicodeDecodeError, csv.Error):
        return True
