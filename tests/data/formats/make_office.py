"""Writes the people of `people.py` in the formats of office programs, by other programs than leakgauge, into `office`, and special cases
into `few`.

Needs openpyxl, XlsxWriter, python-docx, python-pptx, olefile, odfpy, xlwt, pyxlsbwriter, msoffcrypto-tool, easyofd and reportlab (PyPI)
and LibreOffice (`soffice`), which converts to doc, ppt, rtf and the files named `libreoffice.*`. `python3 make_office.py` writes all of them.
Archives hold the time at which they were made, so a second run writes other bytes and the same content.
"""

import contextlib
import io
import re
import shutil
import subprocess
import tempfile
import zipfile
from datetime import datetime
from pathlib import Path

import docx
import olefile
import openpyxl
import pptx
import xlsxwriter
import xlwt
from msoffcrypto.format.ooxml import OOXMLFile
from odf import opendocument, table, text
from openpyxl.comments import Comment
from pptx.util import Inches

from people import COLUMNS, FEW, HERE, few, lines, pack, people, settle

OUT = HERE / "office"
TIME = "%Y-%m-%d %H:%M:%S"
DATES = [COLUMNS.index("入住时间"), COLUMNS.index("退房时间")]
PHONE, ROOM = COLUMNS.index("手机号"), COLUMNS.index("房号")


def typed(row):
    """A row as a person types it into a spreadsheet: numbers are numbers and dates are dates, identity numbers text."""
    cells = list(row)
    for i in DATES:
        cells[i] = datetime.strptime(cells[i], TIME)
    cells[PHONE], cells[ROOM] = int(cells[PHONE]), int(cells[ROOM])
    return cells


def workbook(rows, path):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "客人"
    sheet.append(COLUMNS)
    for row in rows:
        sheet.append(typed(row))
    for cells in sheet.iter_rows(min_row=2):
        for i in DATES:
            cells[i].number_format = "yyyy-mm-dd hh:mm:ss"
    book.save(path)


def special_workbooks():
    # Two sheets, the second one hidden, a title above the header, a comment with a number in it, and a chart of its own.
    book = openpyxl.Workbook()
    shown, hidden = book.active, book.create_sheet("隐藏")
    rows = few()
    for sheet, part in [(shown, rows[:40]), (hidden, rows[40:])]:
        sheet.append(["入住登记表"])
        sheet.merge_cells("A1:I1")
        sheet.append([])
        sheet.append(COLUMNS)
        for row in part:
            sheet.append(row)
    hidden.sheet_state = "hidden"
    shown["B5"].comment = Comment("请核对手机号13912345678", "审核")
    chart = openpyxl.chart.BarChart()
    chart.add_data(openpyxl.chart.Reference(shown, min_col=7, min_row=3, max_row=10), titles_from_data=True)
    book.create_chartsheet("图").add_chart(chart)
    book.save(FEW / "two_sheets.xlsx")

    # Identity numbers typed as numbers: the spreadsheet keeps fifteen digits of them.
    book = xlsxwriter.Workbook(FEW / "rounded.xlsx")
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, COLUMNS[:3])
    for i, row in enumerate(few(), 1):
        number = float(row[1]) if row[1].isdigit() else row[1]
        sheet.write_row(i, 0, [row[0], number, int(row[2])])
    book.close()

    plain = io.BytesIO()
    workbook(few(), plain)
    file = OOXMLFile(plain)
    with open(FEW / "encrypted.xlsx", "wb") as out:
        file.encrypt("opensesame", out)


def word():
    document = docx.Document()
    document.add_paragraph("入住登记")
    grid = document.add_table(rows=0, cols=len(COLUMNS))
    for row in [COLUMNS, *people()]:
        for cell, value in zip(grid.add_row().cells, row):
            cell.text = value
    document.save(OUT / "python-docx.docx")


def special_texts():
    # The sentences, with the digits of each in two runs.
    document = docx.Document()
    for line in lines(few()):
        paragraph = document.add_paragraph()
        for at in range(0, len(line), 17):
            paragraph.add_run(line[at:at + 17]).bold = at % 2 == 0
    document.save(FEW / "lines.docx")

    # A workbook inside of a text, with a header and a footer.
    document = docx.Document()
    document.add_paragraph("附件")
    section = document.sections[0]
    section.header.paragraphs[0].text = "联系人手机号13912345678"
    section.footer.paragraphs[0].text = "第1页"
    inner, book = io.BytesIO(), io.BytesIO()
    document.save(inner)
    workbook(few(), book)
    with zipfile.ZipFile(inner) as old, zipfile.ZipFile(FEW / "embedded.docx", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "[Content_Types].xml":
                kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
                data = data.replace(b"<Default ", f'<Default Extension="xlsx" ContentType="{kind}"/><Default '.encode(), 1)
            new.writestr(name, data)
        new.writestr("word/embeddings/Microsoft_Excel_Sheet1.xlsx", book.getvalue())

    document = opendocument.OpenDocumentText()
    for line in lines(few()):
        paragraph = text.P()
        for at in range(0, len(line), 17):
            paragraph.addElement(text.Span(text=line[at:at + 17]))
        document.text.addElement(paragraph)
    document.save(FEW / "lines.odt")


def presentation(source, target):
    """A presentation as LibreOffice writes it for PowerPoint 97, without the picture of its first slide."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", "ppt",
                   "--outdir", folder, str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        made = Path(folder) / f"{Path(source).stem}.ppt"
        with olefile.OleFileIO(made, write_mode=True) as file:
            about = "\x05SummaryInformation"
            file.write_stream(about, bytes(file.get_size(about)))
        target.write_bytes(made.read_bytes())


def slides_of_lines():
    deck = pptx.Presentation()
    rows = lines(few())
    for start in range(0, len(rows), 20):
        slide = deck.slides.add_slide(deck.slide_layouts[1])
        slide.shapes.title.text = f"第 {start // 20 + 1} 页"
        part = rows[start:start + 20]
        slide.placeholders[1].text = "\n".join(part[:8])
        box = slide.shapes.add_textbox(Inches(0), Inches(4), Inches(10), Inches(3))
        box.text_frame.text = "\n".join(part[8:16])
        slide.notes_slide.notes_text_frame.text = "\n".join(part[16:])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lines.pptx"
        deck.save(path)
        presentation(path, FEW / "lines.ppt")
    pack(FEW / "lines.ppt")


def slides():
    deck = pptx.Presentation()
    rows = people()
    for start in range(0, len(rows), 20):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        part = [COLUMNS, *rows[start:start + 20]]
        grid = slide.shapes.add_table(len(part), len(COLUMNS), Inches(0), Inches(0), Inches(10), Inches(7)).table
        for i, row in enumerate(part):
            for j, value in enumerate(row):
                grid.cell(i, j).text = value
    deck.save(OUT / "python-pptx.pptx")


def open_document():
    sheet = opendocument.OpenDocumentSpreadsheet()
    grid = table.Table(name="客人")
    for row in [COLUMNS, *people()]:
        line = table.TableRow()
        for i, value in enumerate(row):
            if row is not COLUMNS and i in (PHONE, ROOM):
                cell = table.TableCell(valuetype="float", value=value)
            elif row is not COLUMNS and i in DATES:
                cell = table.TableCell(valuetype="date", datevalue=value.replace(" ", "T"))
            else:
                cell = table.TableCell(valuetype="string")
            cell.addElement(text.P(text=value))
            line.addElement(cell)
        grid.addElement(line)
    sheet.spreadsheet.addElement(grid)
    sheet.save(OUT / "odfpy.ods")


def xls():
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("客人")
    moment = xlwt.easyxf(num_format_str="yyyy-mm-dd hh:mm:ss")
    for i, row in enumerate([COLUMNS, *map(typed, people())]):
        for j, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write(i, j, value, moment)
            else:
                sheet.write(i, j, value)
    book.save(str(OUT / "xlwt.xls"))


def xlsb():
    from pyxlsbwriter import XlsbWriter
    with XlsbWriter(str(OUT / "pyxlsbwriter.xlsb")) as book:
        book.add_sheet("客人")
        book.write_sheet([COLUMNS, *map(typed, people())])


def ofd():
    from easyofd.ofd import OFD
    from reportlab.pdfbase import cidfonts, pdfmetrics
    from reportlab.pdfgen import canvas
    pdfmetrics.registerFont(cidfonts.UnicodeCIDFont("STSong-Light"))
    page = io.BytesIO()
    paper = canvas.Canvas(page)
    for i, line in enumerate(lines(people())):
        if i % 40 == 0:
            paper.showPage()
            paper.setFont("STSong-Light", 8)
        paper.drawString(20, 800 - 18 * (i % 40), line)
    paper.save()
    # The program leaves a folder where it is run.
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        made = io.BytesIO(OFD().pdf2ofd(page.getvalue(), optional_text=True))
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(OUT / "easyofd.ofd", "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            # The program names its author in every file.
            kept = [line for line in old.read(name).split(b"\n") if b"author" not in line]
            new.writestr(name, b"\n".join(kept))


def converted(source, target):
    """A file as LibreOffice writes it, without the previews that it draws."""
    with tempfile.TemporaryDirectory() as folder:
        ending = target.suffix.removeprefix(".")
        command = ["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", ending,
                   "--outdir", folder, str(source)]
        subprocess.run(command, check=True, capture_output=True, timeout=180)
        made = Path(folder) / f"{source.stem}.{ending}"
        if ending in ("fodp", "fods", "fodt"):
            target.write_bytes(re.sub(rb"<draw:image\b[^>]*>\s*<office:binary-data>.*?</draw:image>", b"", made.read_bytes(), flags=re.S))
            return
        if ending not in ("odp", "ods", "odt"):
            target.write_bytes(made.read_bytes())
            return
        with zipfile.ZipFile(made) as old, zipfile.ZipFile(target, "w") as new:
            for info in old.infolist():
                if not info.filename.startswith(("Thumbnails/", "Pictures/TablePreview")):
                    new.writestr(info, old.read(info))


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir()
    workbook(people(), OUT / "openpyxl.xlsx")
    word()
    slides()
    open_document()
    xls()
    xlsb()
    ofd()
    for source, target in [
        ("openpyxl.xlsx", "xlsx"), ("openpyxl.xlsx", "ods"), ("openpyxl.xlsx", "xls"), ("python-docx.docx", "odt"),
        ("python-docx.docx", "docx"), ("python-docx.docx", "rtf"), ("python-docx.docx", "doc"), ("python-pptx.pptx", "odp"),
        ("openpyxl.xlsx", "fods"), ("python-docx.docx", "fodt"), ("python-pptx.pptx", "fodp"),
    ]:
        converted(OUT / source, OUT / f"libreoffice.{target}")
    presentation(OUT / "python-pptx.pptx", OUT / "libreoffice.ppt")
    settle(OUT)
    special_workbooks()
    special_texts()
    slides_of_lines()
    for ending in ["rtf", "doc"]:
        converted(FEW / "lines.docx", FEW / f"lines.{ending}")


if __name__ == "__main__":
    main()
