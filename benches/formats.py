"""Times `leakgauge scan` over a large file of each format, made from the synthetic people of `tests/data/formats/people.py`.

    python3 benches/formats.py [--mb 200] [--runs 3] [--only csv,xlsx] [--folder target/bench-formats] [--program target/release/leakgauge]
                               [--write FILE]

Each file holds about as many rows as make a CSV of `--mb` megabytes, or a share of them where a format is slow to write or has limits of its
own; MB/s are of that CSV, so that formats compare. What needs a program or package that is not there is left out and named: pyarrow,
fastavro, pymongo, XlsxWriter, xlwt, reportlab, python-docx (PyPI), `7zz`, `rars`, `zstd`, `sqlite3`. Rows that are counted are held against those that were
written. Peak is that of the program or of a process that decodes for it, whichever is larger. Files stay in the folder and are used again by
the next run.
"""

import argparse
import csv
import gzip
import importlib
import io
import json
import os
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tarfile
import time
import zipfile
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/data/formats"))

from people import COLUMNS, people  # noqa: E402

ROW_BYTES = 175
TAGS = ["name", "id_card", "mobile", "email", "address", "hotel_name", "room_no", "checkin_time", "checkout_time"]


def package(name: str):
    try:
        return importlib.import_module(name)
    except ImportError as e:
        raise Missing(f"the package {name}") from e


def program(*command, **more) -> None:
    if not shutil.which(command[0]):
        raise Missing(f"the program {command[0]}")
    subprocess.run([str(c) for c in command], check=True, stdout=more.pop("stdout", subprocess.DEVNULL), stderr=subprocess.DEVNULL, **more)


class Missing(Exception):
    """Something that a file is written with."""


def as_csv(rows, path):
    with open(path, "w", encoding="utf-8", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])


def as_gb18030(rows, path):
    with open(path, "w", encoding="gb18030", newline="") as out:
        csv.writer(out, lineterminator="\n").writerows([COLUMNS, *rows])


def as_jsonl(rows, path):
    with open(path, "w", encoding="utf-8") as out:
        out.writelines(json.dumps(dict(zip(TAGS, row)), ensure_ascii=False) + "\n" for row in rows)


def as_log(rows, path):
    with open(path, "w", encoding="utf-8") as out:
        for row in rows:
            out.write("level=INFO msg=checkin " + " ".join(f'{k}="{v}"' for k, v in zip(TAGS, row)) + "\n")


def as_sqlite(rows, path):
    path.unlink(missing_ok=True)
    con = sqlite3.connect(path)
    con.execute(f"CREATE TABLE 住客({', '.join(f'{c} TEXT' for c in COLUMNS)})")
    con.executemany(f"INSERT INTO 住客 VALUES ({','.join('?' * len(COLUMNS))})", rows)
    con.commit()
    con.close()


def as_sql(rows, path):
    base = path.with_suffix(".db-for-sql")
    as_sqlite(rows, base)
    with open(path, "wb") as out:
        program("sqlite3", base, ".dump", stdout=out)
    base.unlink()


def of_csv(rows, path, *command):
    """What a program makes of the CSV."""
    base = path.parent / "people.csv"
    as_csv(rows, base)
    program(*command, path, base)


def as_gzip(rows, path):
    base = io.StringIO()
    csv.writer(base, lineterminator="\n").writerows([COLUMNS, *rows])
    path.write_bytes(gzip.compress(base.getvalue().encode(), 6))


def as_zip(rows, path):
    base = path.parent / "people.csv"
    as_csv(rows, base)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(base, "people.csv")


def as_tar(rows, path):
    base = path.parent / "people.csv"
    as_csv(rows, base)
    with tarfile.open(path, "w") as archive:
        archive.add(base, "people.csv")


def as_7z(rows, path):
    of_csv(rows, path, "7zz", "a", "-mx=3")


def as_rar(rows, path):
    of_csv(rows, path, "rars", "a", "--format", "rar50")


def as_zstd(rows, path):
    of_csv(rows, path, "zstd", "-q", "-f", "-o")


def as_xlsx(rows, path):
    book = package("xlsxwriter").Workbook(str(path), {"constant_memory": True})
    for start in range(0, len(rows), 1_000_000):
        sheet = book.add_worksheet()
        for i, row in enumerate([COLUMNS, *rows[start:start + 1_000_000]]):
            sheet.write_row(i, 0, row)
    book.close()


def as_xls(rows, path):
    book = package("xlwt").Workbook(encoding="utf-8")
    for start in range(0, len(rows), 65_000):
        sheet = book.add_sheet(f"{start}")
        for i, row in enumerate([COLUMNS, *rows[start:start + 65_000]]):
            for j, cell in enumerate(row):
                sheet.write(i, j, cell)
    book.save(str(path))


def as_ods(rows, path):
    head = ('<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
            'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
            'office:version="1.2"><office:body><office:spreadsheet><table:table table:name="1">')
    tail = "</table:table></office:spreadsheet></office:body></office:document-content>"
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = ('<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"><manifest:file-entry manifest:full-path="/" '
                f'manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>')
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", kind, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", manifest)
        with archive.open("content.xml", "w", force_zip64=True) as out:
            out.write(head.encode())
            for row in [COLUMNS, *rows]:
                cells = "".join(f'<table:table-cell office:value-type="string"><text:p>{escape(c)}</text:p></table:table-cell>' for c in row)
                out.write(f"<table:table-row>{cells}</table:table-row>".encode())
            out.write(tail.encode())


def as_docx(rows, path):
    """A document of python-docx, with the table in place of its text."""
    empty = io.BytesIO()
    package("docx").Document().save(empty)
    with zipfile.ZipFile(empty) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name != "word/document.xml":
                new.writestr(name, old.read(name))
        head, tail = old.read("word/document.xml").split(b"<w:body>", 1)
        with new.open("word/document.xml", "w", force_zip64=True) as out:
            out.write(head + b"<w:body><w:tbl>")
            for row in [COLUMNS, *rows]:
                cells = "".join(f"<w:tc><w:p><w:r><w:t>{escape(c)}</w:t></w:r></w:p></w:tc>" for c in row)
                out.write(f"<w:tr>{cells}</w:tr>".encode())
            out.write(b"</w:tbl>" + tail)


def as_pdf(rows, path):
    package("reportlab")
    from reportlab.lib.pagesizes import A3, landscape
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=landscape(A3))
    places = [30, 90, 210, 290, 430, 690, 790, 840, 960]
    for start in range(0, len(rows), 60):
        canvas.setFont("STSong-Light", 7)
        for i, row in enumerate([COLUMNS, *rows[start:start + 60]]):
            for x, cell in zip(places, row):
                canvas.drawString(x, 800 - 12 * i, cell)
        canvas.showPage()
    canvas.save()


def as_parquet(rows, path):
    pa, parquet = package("pyarrow"), package("pyarrow.parquet")
    table = pa.table({c: [row[i] for row in rows] for i, c in enumerate(COLUMNS)})
    parquet.write_table(table, path, row_group_size=200_000)


def as_arrow(rows, path):
    pa, ipc = package("pyarrow"), package("pyarrow.ipc")
    table = pa.table({c: [row[i] for row in rows] for i, c in enumerate(COLUMNS)})
    with ipc.new_file(path, table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as out:
        out.write_table(table, max_chunksize=200_000)


def as_avro(rows, path):
    schema = {"type": "record", "name": "Guest", "fields": [{"name": tag, "type": "string"} for tag in TAGS]}
    with open(path, "wb") as out:
        package("fastavro").writer(out, schema, (dict(zip(TAGS, row)) for row in rows), codec="deflate")


def as_bson(rows, path):
    bson = package("bson")
    with open(path, "wb") as out:
        out.writelines(bson.encode(dict(zip(COLUMNS, row))) for row in rows)


def as_html(rows, path):
    with open(path, "w", encoding="utf-8") as out:
        out.write("<!DOCTYPE html><html><head><meta charset='utf-8'></head><body><table>\n")
        out.write("<tr>" + "".join(f"<th>{c}</th>" for c in COLUMNS) + "</tr>\n")
        out.writelines("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>\n" for row in rows)
        out.write("</table></body></html>\n")


def as_xml(rows, path):
    with open(path, "w", encoding="utf-8") as out:
        out.write("<?xml version='1.0' encoding='UTF-8'?>\n<guests>\n")
        out.writelines("<guest>" + "".join(f"<{t}>{escape(c)}</{t}>" for t, c in zip(TAGS, row)) + "</guest>\n" for row in rows)
        out.write("</guests>\n")


def as_mbox(rows, path):
    """A message for a thousand people, with a table of them attached."""
    with open(path, "w", encoding="utf-8") as out:
        for start in range(0, len(rows), 1_000):
            table = io.StringIO()
            csv.writer(table, lineterminator="\n").writerows([COLUMNS, *rows[start:start + 1_000]])
            out.write("From MAILER-DAEMON Fri Mar  1 02:00:00 2024\nFrom: a@example.com\nTo: b@example.com\nSubject: x\n"
                      "Date: Fri, 1 Mar 2024 10:00:00 +0800\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=zz\n\n--zz\n"
                      "Content-Type: text/csv; charset=utf-8\nContent-Disposition: attachment; filename=people.csv\n"
                      f"Content-Transfer-Encoding: 8bit\n\n{table.getvalue()}--zz--\n\n")


# Name, ending, who writes it, and the share of the rows that it gets.
FORMATS = [
    ("csv", "csv", as_csv, 1), ("csv in GB18030", "gbk.csv", as_gb18030, 1), ("jsonl", "jsonl", as_jsonl, 1), ("log", "log", as_log, 1),
    ("sql", "sql", as_sql, 1), ("gzip", "csv.gz", as_gzip, 1), ("zstd", "csv.zst", as_zstd, 1), ("tar", "tar", as_tar, 1),
    ("zip", "zip", as_zip, 1), ("7z", "7z", as_7z, 1), ("rar", "rar", as_rar, 1 / 10), ("xlsx", "xlsx", as_xlsx, 1),
    ("ods", "ods", as_ods, 1), ("xls", "xls", as_xls, 1 / 10), ("docx", "docx", as_docx, 1 / 4), ("pdf", "pdf", as_pdf, 1 / 10),
    ("html", "html", as_html, 1), ("xml", "xml", as_xml, 1), ("sqlite", "db", as_sqlite, 1), ("parquet", "parquet", as_parquet, 1),
    ("arrow", "arrow", as_arrow, 1), ("avro", "avro", as_avro, 1), ("bson", "bson", as_bson, 1), ("mbox", "mbox", as_mbox, 1),
]


def files(args) -> list[tuple[str, int, Path, object]]:
    """Name, rows, file and writer of each format that is wanted."""
    n_all = max(1_000, int(args.mb * 1e6 / ROW_BYTES))
    folder = args.folder / str(n_all)
    folder.mkdir(parents=True, exist_ok=True)
    names = [f[0] for f in FORMATS]
    wanted = args.only.split(",") if args.only else names
    if unknown := set(wanted) - set(names):
        raise SystemExit(f"no such format: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    sized = [(name, int(n_all * share), ending, write) for name, ending, write, share in FORMATS if name in wanted]
    return [(name, n, folder / f"of-{n}.{ending}", write) for name, n, ending, write in sized]


def make(args) -> None:
    """Writes the files that are not there yet."""
    missing = [file for file in files(args) if not file[2].exists()]
    rows = people(max(n for _, n, _, _ in missing)) if missing else []
    for name, n, path, write in missing:
        made = path.with_name(f"made{''.join(path.suffixes)}")
        made.unlink(missing_ok=True)
        try:
            write(rows[:n], made)
            made.rename(path)
        except Missing as e:
            print(f"{name} is left out: {e} is not there", file=sys.stderr)
        (path.parent / "people.csv").unlink(missing_ok=True)


def scan(path: Path, args) -> tuple[float, int, int]:
    """Seconds, peak of the memory in MiB, and rows of stays that were counted."""
    began = time.perf_counter()
    with subprocess.Popen([args.program, "scan", "-q", "-f", "json", "--memory", "64M", path], stdout=subprocess.PIPE) as run:
        audit = json.load(run.stdout)
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.perf_counter() - began
    n_rows = sum(c["rows"] for c in audit["categories"] if c["category"] == "lodging")
    return seconds, usage.ru_maxrss >> 10, n_rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mb", type=float, default=200, help="megabytes of the CSV that the rows would make")
    parser.add_argument("--runs", type=int, default=3, help="scans of each file, after one that is not timed")
    parser.add_argument("--only", help="names of formats, with commas between")
    parser.add_argument("--folder", type=Path, default=ROOT / "target/bench-formats", help="where the files are kept")
    parser.add_argument("--program", default=str(ROOT / "target/release/leakgauge"))
    parser.add_argument("--write", type=Path, help="keeps the table in this file")
    parser.add_argument("--make", action="store_true", help="writes the files and scans nothing")
    args = parser.parse_args()
    if args.make:
        return make(args)
    # By a process of its own: a process that is started inherits the peak of the one that starts it.
    subprocess.run([sys.executable, __file__, "--make", *sys.argv[1:]], check=True)
    lines = ["| format | rows | MB of the file | seconds (fastest to slowest) | MB/s of the same CSV | peak MiB |", "| --- | --: | --: | --: | --: | --: |"]
    print("\n".join(lines), flush=True)
    for name, n, path, _ in files(args):
        if not path.exists():
            continue
        scan(path, args)
        runs = [scan(path, args) for _ in range(args.runs)]
        seconds = sorted(run[0] for run in runs)
        told = "" if all(run[2] == n for run in runs) else f" ({runs[0][2]:,} counted)"
        middle = statistics.median(seconds)
        lines.append(f"| {name} | {n:,}{told} | {path.stat().st_size / 1e6:,.0f} | {middle:.2f} ({seconds[0]:.2f} to {seconds[-1]:.2f}) "
                     f"| {n * ROW_BYTES / 1e6 / middle:,.0f} | {max(run[1] for run in runs)} |")
        print(lines[-1], flush=True)
    if args.write:
        args.write.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
