"""Makes the databases and PDF documents in `data` from the people of `people.py`, and special cases in `few`.

Each is written by a program that people use, so that the readers are held to what is out there and not to each other. Needs Python
with SQLite, reportlab, fpdf2 with cryptography and Pillow (PyPI), LibreOffice (`soffice`), with the font WenQuanYi Zen Hei, and
PostgreSQL (`pg_virtualenv`, which starts a server for a moment) with the newer `pg_dump` of pgserver (PyPI).

    python3 make_data.py
"""

import io
import os
import shutil
import sqlite3
import subprocess
import tempfile
import zipfile
from datetime import datetime, timezone
from html import escape
from pathlib import Path

import pgserver
from people import COLUMNS, FEW, few, people, settle

HERE = Path(__file__).parent
OUT = HERE / "data"
FONT = "/usr/share/fonts/truetype/wqy/wqy-zenhei.ttc"


# SQLite

def database(path: Path, rows: list[list[str]], *, before: str = "", table: str = "", after: str = "") -> None:
    path.unlink(missing_ok=True)
    con = sqlite3.connect(path)
    con.executescript(before)
    con.execute(table)
    marks = ",".join("?" * len(COLUMNS))
    con.executemany(f"INSERT INTO 住客({','.join(COLUMNS)}) VALUES ({marks})", rows)
    con.executescript(after)
    con.commit()
    con.close()


def postgres() -> None:
    newer = Path(pgserver.__file__).parent / "pginstall/bin/pg_dump"
    texts = ", ".join(f"{c} text" for c in COLUMNS)
    # Names that say nothing, with comments that do, and a file as a large object: a half of the people each.
    silent = ", ".join(f"c{n} text" for n, _ in enumerate(COLUMNS))
    comments = "; ".join(f"COMMENT ON COLUMN t.c{n} IS '{c}'" for n, c in enumerate(COLUMNS))
    with tempfile.TemporaryDirectory() as folder:
        os.chmod(folder, 0o755)
        fill, fill_few, half, rest = (Path(folder) / name for name in ["fill.sql", "few.sql", "half.csv", "rest.csv"])
        header, *rows = (FEW / "people.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        half.write_text("".join([header, *rows[:len(rows) // 2]]), encoding="utf-8")
        rest.write_text("".join([header, *rows[len(rows) // 2:]]), encoding="utf-8")
        fill.write_text(f"CREATE TABLE 住客 ({texts});\n\\copy 住客 FROM '{HERE}/people.csv' CSV HEADER\n", encoding="utf-8")
        fill_few.write_text(f"CREATE TABLE t ({silent}); {comments};\n\\copy t FROM '{half}' CSV HEADER\n"
                            f"\\lo_import '{rest}'\nCREATE TABLE empty (phone text);\n", encoding="utf-8")
        steps = [
            f"psql -q -f {fill}",
            f"pg_dump -Fc -Z0 > {OUT}/pg_dump-stored.dump",
            f"pg_dump -Fc > {OUT}/pg_dump.dump",
            f"pg_dump -Fc --inserts > {OUT}/pg_dump-inserts.dump",
            f"{newer} -Fc > {OUT}/pg_dump-16.dump",
            "createdb few",
            f"psql -q -f {fill_few} few",
            f"pg_dump -Fc few > {FEW}/objects.dump",
        ]
        subprocess.run(["pg_virtualenv", "-o", "timezone=UTC", "sh", "-ec", "\n".join(steps)], check=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


def sqlite(out: Path, rows: list[list[str]]) -> None:
    texts = ", ".join(f"{c} TEXT" for c in COLUMNS)
    # Small pages, so that the rows need overflow pages and a tree of three levels; numbers as integers.
    database(
        out / "people.db",
        rows,
        before="PRAGMA page_size=512; PRAGMA auto_vacuum=FULL;",
        table="CREATE TABLE 住客(id INTEGER PRIMARY KEY AUTOINCREMENT, 姓名 TEXT, 身份证号 TEXT, 手机号 INTEGER, "
              "空 AS (姓名 || '-'), 邮箱 VARCHAR(64), 地址 TEXT, 酒店名称 TEXT, 房号 REAL, 入住时间 TEXT, 退房时间 TEXT)",
        after="CREATE INDEX 索引 ON 住客(身份证号); CREATE VIEW 循环 AS SELECT * FROM 循环2; "
              "CREATE VIEW 循环2 AS SELECT * FROM 循环; "
              "CREATE TRIGGER 触发 AFTER INSERT ON 住客 BEGIN DELETE FROM 住客; END; "
              "CREATE TABLE 空表(a, b); ALTER TABLE 住客 ADD COLUMN 备注 TEXT;",
    )
    database(out / "people-utf16.db", rows, before="PRAGMA encoding='UTF-16le';", table=f"CREATE TABLE 住客({texts}, PRIMARY KEY(手机号, 身份证号)) WITHOUT ROWID")
    # The first half is in the file, the second in the log that lies beside it.
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "people.db"
        con = sqlite3.connect(path)
        con.executescript(f"PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0; CREATE TABLE 住客({texts});")
        marks = ",".join("?" * len(COLUMNS))
        con.executemany(f"INSERT INTO 住客 VALUES ({marks})", rows[:len(rows) // 2])
        con.commit()
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        con.executemany(f"INSERT INTO 住客 VALUES ({marks})", rows[len(rows) // 2:])
        con.commit()
        shutil.copy(path, out / "people-log.db")
        shutil.copy(f"{path}-wal", out / "people-log.db-wal")
        con.close()


def blobs() -> None:
    """Text, an archive with the people in it, and bytes that nobody knows."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("people.csv"), (FEW / "people.csv").read_bytes())
    path = FEW / "blobs.db"
    path.unlink(missing_ok=True)
    con = sqlite3.connect(path)
    con.execute("CREATE TABLE files(id INTEGER PRIMARY KEY, content BLOB)")
    con.executemany("INSERT INTO files(content) VALUES (?)", [("住址：".encode(),), (packed.getvalue(),), (b"\x01\x02\x03",), (b"\0\xff",)])
    con.commit()
    con.close()


# PDF

def reportlab_tables() -> None:
    from reportlab import rl_config
    from reportlab.lib import colors, pagesizes
    from reportlab.lib.pdfencrypt import StandardEncryption
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import CIDFont, UnicodeCIDFont
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate
    from reportlab.lib.styles import ParagraphStyle

    rl_config.invariant = 1
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))

    def table(path, rows, encrypt=None):
        doc = SimpleDocTemplate(str(path), pagesize=pagesizes.landscape(pagesizes.A3), encrypt=encrypt)
        grid = LongTable([COLUMNS, *rows], repeatRows=1)
        grid.setStyle([("FONT", (0, 0), (-1, -1), "STSong-Light", 7), ("GRID", (0, 0), (-1, -1), 0.3, colors.grey)])
        doc.build([Paragraph("住客登记表", ParagraphStyle("t", fontName="STSong-Light", fontSize=14)), grid])

    table(OUT / "reportlab.pdf", people())
    table(FEW / "secret.pdf", few()[:2], StandardEncryption("user", ownerPassword="owner", strength=128))

    # Lines of text in the code page of Chinese Windows.
    pdfmetrics.registerFont(CIDFont("STSong-Light", "GBK-EUC-H"))
    canvas = Canvas(str(FEW / "people-gbk.pdf"), pagesize=pagesizes.landscape(pagesizes.A3), invariant=1)
    for start in range(0, len(few()), 40):
        font = canvas._doc.getInternalFontName("STSong-Light-GBK-EUC-H")
        for i, line in enumerate((FEW / "people.txt").read_text(encoding="utf-8").splitlines()[start:start + 40]):
            canvas._code.append(f"BT {font} 9 Tf 40 {780 - 18 * i} Td <{line.encode('gbk').hex()}> Tj ET")
        canvas.showPage()
    canvas.save()


def fpdf_table(path: Path, rows: list[list[str]], owner_password: str | None = None) -> None:
    from fpdf import FPDF
    from fpdf.enums import EncryptionMethod

    pdf = FPDF(orientation="L", format="A3")
    pdf.set_creation_date(datetime(2024, 1, 1, tzinfo=timezone.utc))
    if owner_password:
        pdf.set_encryption(owner_password, encryption_method=EncryptionMethod.AES_128)
    pdf.add_font("zh", fname=FONT)
    pdf.add_font("zh", style="B", fname=FONT)
    pdf.set_font("zh", size=7)
    pdf.add_page()
    with pdf.table(col_widths=(8, 20, 14, 26, 44, 16, 8, 20, 20), line_height=5) as table:
        for row in [COLUMNS, *rows]:
            table.row(row)
    pdf.output(str(path))


def office_pdf() -> None:
    """A spreadsheet as LibreOffice prints it: its own subset fonts, a page that is too narrow for all columns."""
    with tempfile.TemporaryDirectory() as folder:
        cells = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in row) + "</tr>" for row in [COLUMNS, *people()])
        page = ("<html><head><meta charset='utf-8'><style>@page{size:42cm 30cm;margin:1cm} td{font-size:7pt}</style></head>"
                f"<body><p>住客登记表</p><table border=1>{cells}</table></body></html>")
        source = Path(folder) / "libreoffice.html"
        source.write_text(page, encoding="utf-8")
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to",
                        "pdf:writer_web_pdf_Export", "--outdir", str(OUT), str(source)], check=True, stdout=subprocess.DEVNULL)


def image_pdf() -> None:
    from PIL import Image, ImageDraw

    image = Image.new("1", (300, 100), 1)
    ImageDraw.Draw(image).text((10, 40), "scanned page", fill=0)
    image.save(FEW / "scan.pdf", creationDate=datetime(2024, 1, 1).timetuple(), modDate=datetime(2024, 1, 1).timetuple())


def main() -> None:
    OUT.mkdir(exist_ok=True)
    for out, rows in [(OUT, people()), (FEW, few())]:
        sqlite(out, rows)
    for make in [blobs, postgres, reportlab_tables, office_pdf, image_pdf]:
        make()
    fpdf_table(OUT / "fpdf2.pdf", people())
    fpdf_table(FEW / "people-owner.pdf", few(), "owner")
    settle(OUT)


if __name__ == "__main__":
    main()
