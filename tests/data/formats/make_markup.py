"""Writes the people of `people.py` as pages, XML and logs, by other programs than leakgauge, into `markup/`.

Needs pandas, lxml, prettytable, dicttoxml, docutils, logfmter and python-json-logger (PyPI) and LibreOffice (`soffice`).
`python3 make_markup.py` writes all of them.
"""

import io
import logging
import re
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import dicttoxml
import docutils.core
import logfmter
import pandas
import prettytable
from pythonjsonlogger.json import JsonFormatter

from people import COLUMNS, HERE, lines, people

OUT = HERE / "markup"
TAGS = ["name", "id_card", "mobile", "email", "address", "hotel_name", "room_no", "checkin_time", "checkout_time"]
FRAME = pandas.DataFrame(people(), columns=COLUMNS)


def office(filter_name: str, made: str, name: str) -> None:
    """The people as LibreOffice writes them; all columns are text."""
    columns = "/".join(f"{n}/2" for n in range(1, len(COLUMNS) + 1))
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", "--convert-to", filter_name,
                        f"--infilter=CSV:44,34,76,1,{columns},0,true", "--outdir", folder, str(HERE / "people.csv")],
                       check=True, stdout=subprocess.DEVNULL)
        (OUT / name).write_bytes((Path(folder) / made).read_bytes())


def pages() -> None:
    # What data frames write: a table without a page around it.
    FRAME.to_html(OUT / "people_pandas.html", index=False)

    # A page a person, as a table with the names of the properties on the left, all in one file.
    cards = [pandas.DataFrame([row], columns=COLUMNS).T.to_html(header=False, border=0) for row in people()]
    body = "".join(f"<h2>{n}</h2>\n{card}\n" for n, card in enumerate(cards, 1))
    (OUT / "people_cards.html").write_text(f"<!DOCTYPE html>\n<html><body>{body}</body></html>\n", encoding="utf-8")

    # As old pages are: GBK that the page names, tables for layout, and a link for each number.
    table = prettytable.PrettyTable(COLUMNS)
    table.add_rows(people())
    inner = table.get_html_string(format=True)
    inner = re.sub(r"(\d{11})</td>", r"<a href='tel:\1'>\1</a></td>", inner)
    page = ("<HTML><HEAD><META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=gb2312'><TITLE>登记表</TITLE>"
            "<STYLE>td{color:red}</STYLE><SCRIPT>var a='<td>13800138000</td>';</SCRIPT></HEAD>"
            f"<BODY><TABLE><TR><TD>菜单<TD>{inner}</TABLE></BODY></HTML>")
    (OUT / "people_gbk.html").write_bytes(page.encode("gb18030"))

    # Sentences as paragraphs.
    text = "\n\n".join(lines())
    page = docutils.core.publish_string(text, writer="html5", settings_overrides={"output_encoding": "utf-8"})
    (OUT / "people_lines.html").write_bytes(page)

    office("html", "people.html", "people_libreoffice.html")


def xml() -> None:
    FRAME.to_xml(OUT / "people_pandas.xml", index=False, root_name="客人名单", row_name="客人")
    rows = [dict(zip(TAGS, row)) for row in people()]
    (OUT / "people_dicttoxml.xml").write_bytes(dicttoxml.dicttoxml(rows, custom_root="guests"))
    office("xml:MS Excel 2003 XML", "people.xml", "people_2003.xml")
    root = ElementTree.Element("hotel", name="x")
    guests = ElementTree.SubElement(root, "guests")
    for row in rows:
        ElementTree.SubElement(guests, "guest", row)
    ElementTree.ElementTree(root).write(OUT / "people_attributes.xml", encoding="gb18030", xml_declaration=True)


def logs() -> None:
    def write(name: str, formatter: logging.Formatter) -> None:
        out = io.StringIO()
        handler = logging.StreamHandler(out)
        handler.setFormatter(formatter)
        logger = logging.Logger(name)
        logger.addHandler(handler)
        for row in people():
            logger.info("checkin", extra=dict(zip(["guest_name", *TAGS[1:]], row)))
        (OUT / name).write_text(out.getvalue(), encoding="utf-8")

    write("people_logfmt.log", logfmter.Logfmter(keys=["level"], mapping={"level": "levelname"}))

    class Prefixed(JsonFormatter):
        def format(self, record):
            return f"2024-03-01 10:00:00,123 INFO [main] guests - {super().format(record)}"

    write("people_json.log", Prefixed(json_ensure_ascii=False))


def main() -> None:
    OUT.mkdir(exist_ok=True)
    pages()
    xml()
    logs()


if __name__ == "__main__":
    main()
