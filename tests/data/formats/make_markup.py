"""Writes the people of `people.py` as pages and XML, by other programs than leakgauge, into `markup`; sentences into `few`.

Needs pandas, lxml, prettytable, dicttoxml and docutils (PyPI) and LibreOffice (`soffice`).
`python3 make_markup.py` writes all of them.
"""

import re
import subprocess
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import dicttoxml
import docutils.core
import pandas
import prettytable

from people import COLUMNS, FEW, HERE, few, lines, people, settle

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
    FRAME.to_html(OUT / "pandas.html", index=False)

    # A page a person, as a table with the names of the properties on the left, all in one file.
    cards = [pandas.DataFrame([row], columns=COLUMNS).T.to_html(header=False, border=0) for row in people()]
    body = "".join(f"<h2>{n}</h2>\n{card}\n" for n, card in enumerate(cards, 1))
    (OUT / "pandas-cards.html").write_text(f"<!DOCTYPE html>\n<html><body>{body}</body></html>\n", encoding="utf-8")

    # As old pages are: GBK that the page names, tables for layout, and a link for each number.
    table = prettytable.PrettyTable(COLUMNS)
    table.add_rows(people())
    inner = table.get_html_string(format=True)
    inner = re.sub(r"(\d{11})</td>", r"<a href='tel:\1'>\1</a></td>", inner)
    page = ("<HTML><HEAD><META HTTP-EQUIV=Content-Type CONTENT='text/html; charset=gb2312'><TITLE>登记表</TITLE>"
            "<STYLE>td{color:red}</STYLE><SCRIPT>var a='<td>13800138000</td>';</SCRIPT></HEAD>"
            f"<BODY><TABLE><TR><TD>菜单<TD>{inner}</TABLE></BODY></HTML>")
    (OUT / "prettytable.html").write_bytes(page.encode("gb18030"))

    # Sentences as paragraphs.
    text = "\n\n".join(lines(few()))
    page = docutils.core.publish_string(text, writer="html5", settings_overrides={"output_encoding": "utf-8"})
    (FEW / "lines.html").write_bytes(page)

    office("html", "people.html", "libreoffice.html")


def xml() -> None:
    FRAME.to_xml(OUT / "pandas.xml", index=False, root_name="客人名单", row_name="客人")
    rows = [dict(zip(TAGS, row)) for row in people()]
    (OUT / "dicttoxml.xml").write_bytes(dicttoxml.dicttoxml(rows, custom_root="guests"))
    office("xml:MS Excel 2003 XML", "people.xml", "libreoffice-2003.xml")
    root = ElementTree.Element("hotel", name="x")
    guests = ElementTree.SubElement(root, "guests")
    for row in rows:
        ElementTree.SubElement(guests, "guest", row)
    ElementTree.ElementTree(root).write(OUT / "elementtree.xml", encoding="gb18030", xml_declaration=True)


def main() -> None:
    OUT.mkdir(exist_ok=True)
    pages()
    xml()
    settle(OUT)


if __name__ == "__main__":
    main()
