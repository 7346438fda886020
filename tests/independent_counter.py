#!/usr/bin/env python3
"""Counts personal data in a dump, independently of the program.

    independent_counter.py FOLDER
    independent_counter.py --persons FOLDER

Decodes each export as text and prints {kind: {"matches": n, "distinct": n}} for the kinds below, over all files. It
shares no code, no pattern and no table with the program: where the two differ, one of them is wrong. Python 3, standard
library only.

A value counts where it stands by itself: no ASCII letter, digit or `_` beside it, and no `.` or `-` that joins it to
another number; Han characters may touch it. Full-width letters and digits count as ASCII. A text belongs to one kind only:
what is part of an e-mail address is no phone number, what is an ID is no bank card.

With --persons it prints {file: n}: the different persons of each table, of a file whose rows all tell of somebody. A row
tells of whom its strongest number names: ID, then phone, bank card, e-mail address. A call tells of two persons.
"""

import csv
import datetime
import io
import ipaddress
import json
import pathlib
import re
import sys

FULL_WIDTH = {code: code - 0xFEE0 for a, z in ("09", "AZ", "az") for code in range(ord(a) + 0xFEE0, ord(z) + 0xFEE1)}
BEFORE = r"(?<![0-9A-Za-z_])(?<![0-9A-Fa-f][.-])"
AFTER = r"(?![0-9A-Za-z_])(?![.-][0-9A-Fa-f])"

EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]+@(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}(?![A-Za-z0-9_])", re.ASCII)
RESIDENT_ID = re.compile(BEFORE + r"\d{6}([ -]?)(?:19|20)\d{6}\1\d{3}[\dXx]" + AFTER, re.ASCII)
BANK_CARD = re.compile(BEFORE + r"62\d\d([ -]?)\d{4}\1\d{4}\1\d{4}(?:\1\d{1,3})?" + AFTER, re.ASCII)
MOBILE = re.compile(BEFORE + r"(?:(?:\+|00)?86[ -]?)?1[3-9]\d([ -]?)\d{4}\1\d{4}" + AFTER, re.ASCII)
IPV4 = re.compile(r"(?<![0-9A-Za-z_.])\d{1,3}(?:\.\d{1,3}){3}(?![0-9A-Za-z_])(?!\.\d)", re.ASCII)

# In force: 13x, 15x without 154, 18x, 145, 147, 162, 165-167, 17x without 174 and 179, 19x without 194.
MOBILE_PREFIX = re.compile(r"13|15[0-35-9]|18|14[57]|16[25-7]|17[0-35-8]|19[0-35-9]")
# Powers of two and the like that happen to begin with a prefix in force.
CONSTANTS = {"17179869184", "18446744073", "15555555556"}


def luhn(number):
    digits = [int(c) for c in reversed(number)]
    return sum(digits[0::2] + [d * 2 - 9 * (d > 4) for d in digits[1::2]]) % 10 == 0


def resident_id(text):
    number = re.sub("[ -]", "", text).upper()
    try:
        datetime.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    # ISO 7064 MOD 11-2: the value of the whole number, read in base 2 with X as 10, is 1 modulo 11.
    total = 0
    for c in number:
        total = (total * 2 + (10 if c == "X" else int(c))) % 11
    return number if total == 1 else None


def bank_card(text):
    number = re.sub("[ -]", "", text)
    return number if luhn(number) else None


def mobile(text):
    number = re.sub("[^0-9]", "", text)[-11:]
    return number if MOBILE_PREFIX.match(number) and number not in CONSTANTS else None


def public_address(text):
    try:
        return text if ipaddress.IPv4Address(text).is_global else None
    except ValueError:
        return None


# In order of precedence: what one has taken the next does not see.
KINDS = [
    ("email", EMAIL, str.lower),
    ("cn.resident-id", RESIDENT_ID, resident_id),
    ("bank-card", BANK_CARD, bank_card),
    ("cn.mobile", MOBILE, mobile),
    ("ip-address", IPV4, public_address),
]


def read(path):
    data = path.read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("gb18030")
    if path.suffix == ".jsonl":
        text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda m: chr(int(m[1], 16)), text)
    elif path.suffix == ".sql":
        text = re.sub(r"\\(.)", r"\1", text)
    return text.translate(FULL_WIDTH)


def device_numbers(text):
    """IMEIs: only under their header, because one 15-digit number in ten passes the check."""
    header = text.partition("\n")[0]
    if "IMEI" not in header:
        return
    delimiter = "\t" if "\t" in header else ","
    for row in csv.DictReader(text.splitlines(), delimiter=delimiter):
        number = row["IMEI"] or ""
        if re.fullmatch(r"\d{15}", number, re.ASCII) and luhn(number):
            yield number


def values(text):
    """What a text holds, by kind."""
    found = {}
    for kind, pattern, normalise in KINDS:

        def take(match):
            value = normalise(match[0])
            if value is None:
                return match[0]
            found.setdefault(kind, []).append(value)
            return "\ufffc"

        text = pattern.sub(take, text)
    return found


# Who a row is about, the strongest first.
LADDER = ("cn.resident-id", "cn.mobile", "bank-card", "email")


def rows(path, text):
    """Each row as the texts that stand for a person each."""
    if path.suffix in (".csv", ".tsv"):
        delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
        header, *table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        if "主叫号码" in header:
            return ([row[header.index("主叫号码")], row[header.index("被叫号码")]] for row in table)
        return (["\n".join(row)] for row in table)
    if path.suffix == ".jsonl":
        return ([line] for line in text.splitlines())
    if path.suffix == ".sql":
        inserts = (line for line in text.split("\n") if line.startswith("INSERT INTO"))
        return ([row] for line in inserts for row in line.split("),("))
    return None


def persons(folder):
    counted = {}
    for path in sorted(pathlib.Path(folder).iterdir()):
        table = rows(path, read(path)) if path.suffix in (".csv", ".tsv", ".sql", ".jsonl") else None
        if table is None:
            continue
        people = set()
        for row in table:
            for text in row:
                found = values(text)
                people.update((kind, found[kind][0]) for kind in [k for k in LADDER if k in found][:1])
        counted[path.name] = len(people)
    print(json.dumps(counted))


def main(folder):
    matches = {kind: 0 for kind, _, _ in KINDS} | {"imei": 0}
    distinct = {kind: set() for kind in matches}

    def count(kind, value):
        matches[kind] += 1
        distinct[kind].add(value)

    for path in sorted(pathlib.Path(folder).iterdir()):
        if path.suffix not in (".csv", ".tsv", ".sql", ".jsonl", ".log"):
            continue
        text = read(path)
        for number in device_numbers(text):
            count("imei", number)
        for line in text.split("\n"):
            for kind, pattern, normalise in KINDS:

                def take(match):
                    value = normalise(match[0])
                    if value is None:
                        return match[0]
                    count(kind, value)
                    return "\ufffc"

                line = pattern.sub(take, line)

    print(json.dumps({kind: {"matches": matches[kind], "distinct": len(distinct[kind])} for kind in sorted(matches)}))


if __name__ == "__main__":
    if len(sys.argv) == 3 and sys.argv[1] == "--persons":
        persons(sys.argv[2])
    elif len(sys.argv) == 2:
        main(sys.argv[1])
    else:
        sys.exit(__doc__)
