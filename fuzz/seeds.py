"""Writes the committed seeds of the targets into `seeds/`: small files of every format, of synthetic people only.

Most are cuts of `tests/data/formats`, which other programs wrote; the rest is written here by Python's own library, by 7-Zip
(`7z`), zstd, lz4, LibreOffice (`soffice`, for doc, xls and ppt), pyarrow, fastavro, pymongo and python-pptx (PyPI). Targets whose input begins with bytes that
choose something (see `fuzz_targets`) get seeds that do. Names and values come from `tests/data/formats/people.py`.

    LEAKGAUGE=target/debug/leakgauge python3 seeds.py
"""

import bz2
import csv
import email.message
import email.policy
import gzip
import io
import json
import lzma
import os
import random
import shutil
import sqlite3
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import bson
import fastavro
import pptx
import pyarrow as pa
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet

HERE = Path(__file__).parent
FORMATS = HERE.parent / "tests/data/formats"
sys.path.insert(0, str(FORMATS))

import make_bson  # noqa: E402
from people import COLUMNS, lines, people  # noqa: E402

OUT = HERE / "seeds"
ROWS = people(3)
LINES = lines(ROWS)
MARK = b"\xfe\xff"
# A seed larger than this teaches a fuzzer little that a smaller one does not.
BYTES_MAX = 24 << 10


def seed(target: str, name: str, content: bytes) -> None:
    folder = OUT / target
    folder.mkdir(parents=True, exist_ok=True)
    assert content, f"{target}/{name} is empty"
    assert len(content) <= BYTES_MAX, f"{target}/{name} has {len(content)} bytes"
    (folder / name).write_bytes(content)


def found(name: str) -> bytes:
    """A file of `tests/data/formats`, unpacked."""
    content = (FORMATS / name).read_bytes()
    return lzma.decompress(content) if name.endswith(".xz") else content


def run(*command, cwd=None) -> None:
    subprocess.run([str(c) for c in command], cwd=cwd, check=True, capture_output=True)


def piped(program: str, content: bytes) -> bytes:
    return subprocess.run([program, "-c"], input=content, check=True, capture_output=True).stdout


def table(delimiter: str = ",", rows=ROWS, header: bool = True) -> str:
    out = io.StringIO()
    wtr = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    wtr.writerows(([COLUMNS] if header else []) + rows)
    return out.getvalue()


# Records: two bytes choose encoding, way, size of reads and limits.

def chosen(way: int, text: str, encoding: str = "utf-8", sizes: int = 0x0A) -> bytes:
    number = ["utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be"].index(encoding)
    return bytes([number << 5 | way, sizes]) + text.encode(encoding, "replace")


def records() -> None:
    prose = "\n".join(LINES) + "\n"
    log = "".join(f"2024-03-01 18:20:0{i} INFO login user={r[3]} phone={r[2]}\n" for i, r in enumerate(ROWS))
    for encoding in ["utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be"]:
        seed("text", encoding, chosen(0, prose, encoding))
    seed("text", "log", chosen(0, log, sizes=0x5B))
    seed("text", "broken", b"\0\x0a" + "张三".encode() + b"\xff\xfe\n" + "李四".encode("gbk") + b"\n\0\x01\r\nlast")
    for way, delimiter in enumerate(",\t;|"):
        seed("csv", f"delimiter{way}", chosen(way | 4, table(delimiter)))
    quoted = 'id,name,note\r\n1,"张三 ""老张""","two\r\nlines"\r\n2,李四,"open\r\n3,王五,x"y\r\n\r\n4,,\r\n'
    seed("csv", "quotes", chosen(4, quoted, sizes=0x09))
    seed("csv", "gbk", chosen(4, table(), "gb18030"))
    seed("csv", "outfile", chosen(4 | 8 | 16 | 1, "id\tname\n1\t张\\t三\\\n2\\N\n3\t\\N\t\\\\\n"))
    seed("csv", "preamble", chosen(31, "账单\n\nid|name\n1|张三\n", sizes=0x32))
    document = [dict(zip(COLUMNS, r)) for r in ROWS]
    seed("json", "array", chosen(0, json.dumps(document, ensure_ascii=False, indent=1)))
    nested = {"data": {"users": document[:1], "page": 1}, "tags": ["a", None, True, -1.5e10, "\u0000\ud83d\ude00"], "x": {"y": {"z": []}}}
    seed("json", "nested", chosen(0, json.dumps(nested)))
    seed("json", "lines", chosen(1, "".join(json.dumps(d, ensure_ascii=False) + "\n" for d in document)))
    seed("json", "damaged", chosen(1, '{"a":1,"b":[1,2}\n{"a":"\\u12"}\n[1,2,3]\n{"a":{"b":{"c":{"d":1}}}}\nnull', sizes=0x8A))
    seed("json", "strings", chosen(0, '{"a":"{\\"phone\\":\\"13800010001\\"}","b":"\\ud83d\\ude00\\/\\b"}', "utf-16-le"))
    values = ",\n".join("(" + ",".join(f"'{c}'" for c in r) + ")" for r in ROWS)
    create = "CREATE TABLE `guests` (\n  `id` int NOT NULL,\n  `name` varchar(20) DEFAULT 'a,b',\n  `phone` text COMMENT '手机号',\n  PRIMARY KEY (`id`)\n);\n"
    seed("sql", "mysqldump", chosen(0, "-- MySQL dump\n/*!40101 SET NAMES utf8 */;\n" + create +
                                    f"INSERT INTO `guests` VALUES (1,'张\\'三','138'),(2,NULL,0x41),(3,_utf8'x',X'4142');\nINSERT INTO guests ({','.join(COLUMNS)}) VALUES {values};\n"))
    seed("sql", "copy", chosen(0, "COPY public.guests (id, name) FROM stdin;\n1\t张\\t三\n2\t\\N\n\\.\n\nSELECT 1;\n"))
    seed("sql", "server", chosen(0, "SET IDENTITY_INSERT [dbo].[t] ON\nGO\nINSERT [dbo].[t] ([id], [name]) VALUES (1, N'张''三')\nGO\nINSERT INTO \"T\" VALUES (CAST(1 AS int), $tag$it's$tag$, E'\\n', TO_DATE('2024','YYYY'));\n"))
    seed("sql", "damaged", chosen(0, "INSERT INTO t VALUES (1,'open\nINSERT INTO t (a,b) VALUES (1,2),(3;\n-- c\n/* never", sizes=0x52))
    seed("lines", "colon", chosen(0, "a@example.com:pass:word\nb@example.com:x\n\nnothing here\n", sizes=0x09))
    seed("lines", "hyphens", chosen(1, "13800010001----secret----a@example.com----1----2----3----4----5----6\n"))
    seed("lines", "chat", chosen(2, "2024-03-01 18:20:01 张三(12345678)\n你好\n第二行\n\n2024-03-01 18:21:01 李四<a@example.com>\n手机 13800010001\n"))
    card = "BEGIN:VCARD\r\nVERSION:2.1\r\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E5=BC=A0=\r\n=E4=B8=89\r\nitem1.TEL;CELL:13800010001\r\nNOTE:a\r\n b\r\nEND:VCARD\r\n"
    ldif = "version: 1\n\n# c\ndn: uid=a,dc=b\ncn:: 5byg5LiJ\nmail: a@example\n .com\nmobile: 13800010001\n\ndn: uid=b\n"
    rows = "*************************** 1. row ***************************\n id: 1\nname: 张三\nnote: a\nb\n1 row in set (0.00 sec)\n"
    expanded = "-[ RECORD 1 ]---\nname  | 张三\nphone | 138\n      | 139\n(1 row)\n"
    yaml = "---\nusers:\n- name: 'it''s'\n  phones:\n  - \"138\\u4e09\"\n  - 139\n  more:\n    name: x\n# c\n- name: b\n...\n"
    form = "姓名：张三  电话：13800010001\n住址：\n北京\n\n姓名：李四，电话：139\n=====\nname = x\n"
    for way, text in enumerate([card, ldif, rows, expanded, yaml, yaml, form, form]):
        seed("entries", f"style{way}", chosen(way, text))
    seed("entries", "gbk", chosen(6, form, "gb18030", sizes=0x5B))
    columns = {name: {str(i): row[at] for i, row in enumerate(ROWS)} for at, name in enumerate(COLUMNS)}
    seed("transposed", "columns", json.dumps(columns).encode())
    seed("transposed", "gaps", '{"a":{"0":"x,}\\"","2":[1,{"b":null}]},\n"b" : { "0":1 , "1":2 },"c":{}}'.encode())
    seed("transposed", "others", b'{"a":{"0":1},"b":[1]}')
    samples = [table(), table("\t"), prose, log, json.dumps(document), quoted, create, "user:pass\na:b\n", "<html><body><p>x", "<a><b>1</b></a>",
               "From: a@example.com\nTo: b@example.com\nSubject: x\n\nbody\n", "ts=1 level=info msg=\"x y\" phone=13800010001\n" * 3,
               "账单\n查询时间,2024\n\n" + table(), "{\\rtf1 x}", "\x01\x02\x03 binary 13800010001", card, ldif, rows, form * 2, yaml]
    for i, sample in enumerate(samples):
        seed("sniff", f"{i:02}", chosen(i % 12, sample))
    for i, encoding in enumerate(["utf-8", "utf-8", "gb18030", "big5", "utf-16-le", "utf-16-be"]):
        seed("charset", f"{i}-{encoding}", bytes([i, 0x0A]) + prose.encode(encoding, "replace"))
    seed("charset", "declared", b"\x06\x0a<?xml version='1.0' encoding='GBK'?><a>" + "张三".encode("gbk") + b"</a>")
    seed("charset", "shift", b"\x06\x0a<meta charset=iso-2022-jp>\x1b$B$3$l\x1b(B")
    seed("charset", "mixed", b"\0\x12\xef\xbb\xbfa\n" + "张三\n".encode("gbk") + "李四\n".encode() + b"\x84\x31\x95\x33\xff")


# Archives

def archives() -> None:
    text = table().encode()
    for name, method in [("stored", zipfile.ZIP_STORED), ("deflate", zipfile.ZIP_DEFLATED), ("bzip2", zipfile.ZIP_BZIP2), ("lzma", zipfile.ZIP_LZMA)]:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", method) as archive:
            archive.writestr("a/people.csv", text)
            archive.writestr("b.txt", LINES[0])
        seed("zip", name, out.getvalue())
    inner = out.getvalue()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("inner.zip", inner)
        archive.writestr("../up.json", '{"a":1}')
        archive.comment = b"a comment"
    seed("zip", "nested", out.getvalue())
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "people.csv").write_bytes(text)
        (folder / "b.txt").write_text(LINES[0])
        for name, options in [("aes.zip", ["-tzip", "-ppassword", "-mem=AES256"]), ("old.zip", ["-tzip", "-ppassword", "-mem=ZipCrypto"]),
                              ("deflate64.zip", ["-tzip", "-mm=Deflate64"])]:
            run("7z", "a", *options, name, "people.csv", cwd=folder)
            seed("zip", name.removesuffix(".zip"), (folder / name).read_bytes())
        for method in ["LZMA", "LZMA2", "PPMd", "BZip2", "Deflate", "Copy"]:
            run("7z", "a", f"-m0={method}", f"{method}.7z", "people.csv", "b.txt", cwd=folder)
            seed("sevenz", method.lower(), (folder / f"{method}.7z").read_bytes())
        run("7z", "a", "-mhc=off", "-m0=Copy", "plain.7z", "people.csv", "b.txt", cwd=folder)
        seed("sevenz", "plain", (folder / "plain.7z").read_bytes())
        run("7z", "a", "-m0=BCJ", "-m1=LZMA", "-mhc=off", "filter.7z", "people.csv", cwd=folder)
        seed("sevenz", "filter", (folder / "filter.7z").read_bytes())
        for i, command in enumerate([["gzip", "-kc"], ["bzip2", "-kc"], ["xz", "-kc"], ["zstd", "-qc"], ["lz4", "-qc"]]):
            done = subprocess.run([*command, str(folder / "people.csv")], check=True, capture_output=True)
            seed("compressed", f"{i}-{command[0]}", bytes([i]) + done.stdout)
    two = gzip.compress(b"first\n") + gzip.compress(b"second\n") + b"\0" * 20
    seed("compressed", "0-two", b"\0" + two)
    seed("compressed", "1-two", b"\1" + bz2.compress(b"first\n") + bz2.compress(b"second\n"))
    seed("compressed", "2-check", b"\2" + lzma.compress(text, check=lzma.CHECK_SHA256))
    for name, style in [("ustar", tarfile.USTAR_FORMAT), ("pax", tarfile.PAX_FORMAT), ("gnu", tarfile.GNU_FORMAT)]:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w", format=style) as archive:
            long = "" if name == "ustar" else "长" * 60
            for member, content in [(f"a/{long}people.csv", text), ("b.txt", b"x" * 600)]:
                info = tarfile.TarInfo(member)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
            link = tarfile.TarInfo("link")
            link.type, link.linkname = tarfile.SYMTYPE, "b.txt"
            archive.addfile(link)
        seed("tar", name, out.getvalue().rstrip(b"\0") + bytes(1024))
    sparse = bytearray(out.getvalue()[:512])
    sparse[156] = ord("S")
    sparse[386:410] = b"00000000000\0" + b"00000000004\0"
    sparse[483:495] = b"00000001000\0"
    sparse[124:136] = b"00000000004\0"
    sparse[148:156] = b" " * 8
    sparse[148:156] = b"%06o\0 " % sum(sparse)
    seed("tar", "sparse", bytes(sparse) + b"abcd" + bytes(508 + 1024))
    for name in ["archives/rar4.rar", "few/rar4-solid.rar", "few/rar5.rar", "few/rar5-solid.rar", "few/zeros.rar"]:
        seed("rar", Path(name).stem, found(name))


# Documents: parts of archives, cut to a few children of each element

SKIPPED = ("theme", "fontTable", "webSettings", "settings", "thumbnail", "stylesWithEffects", "numbering", "slideLayout", "slideMaster",
           "printerSettings", "Thumbnails", "manifest.rdf", "tableStyles", "viewProps", "presProps", "customXml", "Configurations2", "Fonts/")


def pruned(content: bytes, most: int) -> bytes:
    """An XML part with at most so many children of a name in each element."""
    for _, (prefix, uri) in ElementTree.iterparse(io.BytesIO(content), ["start-ns"]):
        if not prefix.startswith("ns"):
            ElementTree.register_namespace(prefix, uri)
    root = ElementTree.fromstring(content)

    def prune(element):
        seen = {}
        for child in list(element):
            seen[child.tag] = seen.get(child.tag, 0) + 1
            if seen[child.tag] > most:
                element.remove(child)
            else:
                prune(child)

    prune(root)
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def parts(target: str, name: str, archive, most: int = 3, skipped=SKIPPED, change=None) -> None:
    out = []
    with zipfile.ZipFile(archive) as file:
        for info in file.infolist():
            if info.is_dir() or any(word in info.filename for word in skipped):
                continue
            content = file.read(info)
            if content.lstrip()[:1] == b"<":
                content = pruned(content, max(most, 40 if info.filename.endswith((".rels", "Types].xml", "workbook.xml", "sharedStrings.xml")) else 0))
                if info.filename.endswith("styles.xml") and len(content) > 3000:
                    continue
            elif change:
                content = change(info.filename, content)
            out.append(MARK + info.filename.encode() + b"\n" + content)
    seed(target, name, b"".join(out))


def binary_sheet(name: str, content: bytes) -> bytes:
    """A part of an xlsb with its first rows and strings."""
    if not name.endswith(".bin") or "binaryIndex" in name:
        return content
    at, kept, n_rows, n_strings = 0, b"", 0, 0
    while at < len(content):
        start = at
        kind = content[at]
        at += 1
        if kind & 0x80:
            kind |= content[at] << 8
            at += 1
        length = shift = 0
        while True:
            byte = content[at]
            at += 1
            length |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        at += length
        n_rows += kind == 0
        n_strings += kind == 19
        if (kind <= 11 and n_rows > 3 and "sheet" in name.lower()) or (kind == 19 and n_strings > 30):
            continue
        kept += content[start:at]
    return kept


def documents() -> None:
    parts("xlsx", "two-sheets", FORMATS / "few/two_sheets.xlsx")
    parts("xlsx", "shared-strings", FORMATS / "few/rounded.xlsx")
    parts("xlsx", "libreoffice", FORMATS / "office/libreoffice.xlsx")
    parts("xlsb", "people", FORMATS / "office/pyxlsbwriter.xlsb", change=binary_sheet)
    parts("ods", "people", FORMATS / "office/odfpy.ods")
    parts("ods", "libreoffice", FORMATS / "office/libreoffice.ods")
    parts("docx", "lines", FORMATS / "few/lines.docx", 5)
    parts("docx", "table", FORMATS / "office/python-docx.docx")
    parts("docx", "embedded", FORMATS / "few/embedded.docx", skipped=(*SKIPPED, "embeddings"))
    slides = [f"slide{n}" for n in range(3, 10)] + [f"slide{n}{m}" for n in (1, 2) for m in range(10)]
    parts("pptx", "people", FORMATS / "office/python-pptx.pptx", skipped=(*SKIPPED, *slides, "Layout", "Master"))
    parts("odt", "libreoffice", FORMATS / "office/libreoffice.odt")
    parts("odt", "lines", FORMATS / "few/lines.odt")
    parts("ofd", "lines", FORMATS / "office/easyofd.ofd", 6, skipped=(*SKIPPED, *(f"Page_{n}" for n in range(2, 10)), *(f"Page_1{n}" for n in range(10))))
    notes = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": '<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="word/document.xml"/></Relationships>',
        "word/document.xml": '<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>1380</w:t></w:r><w:ins><w:r><w:t>0010</w:t></w:r></w:ins><w:del><w:r><w:delText>001</w:delText></w:r></w:del>'
                             '<w:hyperlink r:id="l1"><w:r><w:t>here</w:t></w:r></w:hyperlink><w:r><w:instrText>HYPERLINK "mailto:a@example.com"</w:instrText><w:tab/><w:br/><w:footnoteReference w:id="1"/></w:r></w:p>'
                             '<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2"/></w:tcPr><w:p><w:r><w:t>姓名</w:t></w:r></w:p><w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl></w:tc></w:tr></w:tbl>'
                             '<w:txbxContent><w:p><w:r><w:t>box</w:t></w:r></w:p></w:txbxContent><w:sdt><w:sdtContent><w:p/></w:sdtContent></w:sdt></w:body></w:document>',
        "word/_rels/document.xml.rels": '<Relationships><Relationship Id="l1" Type="http://x/hyperlink" Target="mailto:b@example.com" TargetMode="External"/>'
                                        '<Relationship Id="r2" Type="http://x/footnotes" Target="footnotes.xml"/><Relationship Id="r3" Type="http://x/comments" Target="comments.xml"/></Relationships>',
        "word/footnotes.xml": '<w:footnotes xmlns:w="w"><w:footnote w:id="1"><w:p><w:r><w:t>13800010001</w:t></w:r></w:p></w:footnote></w:footnotes>',
        "word/comments.xml": '<w:comments xmlns:w="w"><w:comment w:author="张三"><w:p><w:r><w:t>note</w:t></w:r></w:p></w:comment></w:comments>',
        "docProps/core.xml": '<cp:coreProperties xmlns:dc="dc" xmlns:cp="cp"><dc:creator>张三</dc:creator></cp:coreProperties>',
    }
    seed("docx", "notes", b"".join(MARK + name.encode() + b"\n" + text.encode() for name, text in notes.items()))
    pivot = {
        "[Content_Types].xml": notes["[Content_Types].xml"],
        "_rels/.rels": '<Relationships><Relationship Id="r1" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": '<workbook xmlns:r="r"><workbookPr date1904="1"/><sheets><sheet name="a" sheetId="1" state="hidden" r:id="s1"/></sheets><definedNames><definedName name="x">a!$A$1</definedName></definedNames>'
                           '<pivotCaches><pivotCache cacheId="1" r:id="p1"/></pivotCaches></workbook>',
        "xl/_rels/workbook.xml.rels": '<Relationships><Relationship Id="s1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="p1" Type="http://x/pivotCacheDefinition" Target="pivot1.xml"/>'
                                      '<Relationship Id="t1" Type="http://x/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="y1" Type="http://x/styles" Target="styles.xml"/></Relationships>',
        "xl/_rels/pivot1.xml.rels": '<Relationships><Relationship Id="q1" Type="http://x/pivotCacheRecords" Target="records1.xml"/></Relationships>',
        "xl/pivot1.xml": '<pivotCacheDefinition r:id="q1"><cacheFields><cacheField name="姓名"><sharedItems><s v="张三"/><n v="1"/><m/><d v="2024-01-01T00:00:00"/></sharedItems></cacheField><cacheField name="b"/></cacheFields></pivotCacheDefinition>',
        "xl/records1.xml": '<pivotCacheRecords><r><x v="0"/><s v="13800010001"/></r><r><x v="3"/><b v="1"/></r></pivotCacheRecords>',
        "xl/worksheets/sheet1.xml": '<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="C1" t="inlineStr"><is><t>x</t></is></c></row><row r="3"><c r="XFD3" s="1"><v>45000.5</v></c><c t="b"><v>1</v></c><c t="e"><v>#N/A</v></c>'
                                    '<c t="str"><f>A1</f><v>1.38E+10</v></c></row></sheetData><hyperlinks><hyperlink ref="A1" display="a@example.com"/></hyperlinks></worksheet>',
        "xl/sharedStrings.xml": '<sst><si><t>姓</t><r><t>名</t></r><rPh><t>x</t></rPh></si></sst>',
        "xl/styles.xml": '<styleSheet><numFmts><numFmt numFmtId="165" formatCode="yyyy&quot;年&quot;m"/></numFmts><cellXfs><xf numFmtId="0"/><xf numFmtId="165"/></cellXfs></styleSheet>',
    }
    seed("xlsx", "pivot", b"".join(MARK + name.encode() + b"\n" + text.encode() for name, text in pivot.items()))


# OLE

def ole_streams(data: bytes) -> dict[str, bytes]:
    """The streams of an OLE file by their paths ([MS-CFB])."""
    sector = 1 << struct.unpack_from("<H", data, 30)[0]
    n_fat, first_dir = struct.unpack_from("<I", data, 44)[0], struct.unpack_from("<I", data, 48)[0]
    first_mini = struct.unpack_from("<I", data, 60)[0]
    at = lambda n: data[(n + 1) * sector:(n + 2) * sector]  # noqa: E731
    fat = []
    for n in struct.unpack_from("<109I", data, 76)[:n_fat]:
        fat += struct.unpack(f"<{sector // 4}I", at(n))

    def chain(n, table, piece):
        out = b""
        while n < 0xFFFFFFF0:
            out += piece(n)
            n = table[n]
        return out

    mini_fat = chain(first_mini, fat, at)
    mini_fat = struct.unpack(f"<{len(mini_fat) // 4}I", mini_fat)
    folder = chain(first_dir, fat, at)
    entries = [folder[i:i + 128] for i in range(0, len(folder), 128)]
    root = entries[0]
    mini = chain(struct.unpack_from("<I", root, 116)[0], fat, at)
    streams = {}

    def visit(n, path):
        if n == 0xFFFFFFFF:
            return
        entry = entries[n]
        length, kind = struct.unpack_from("<HB", entry, 64)
        left, right, child = struct.unpack_from("<3I", entry, 68)
        start, size = struct.unpack_from("<IQ", entry, 116)
        size &= 0xFFFFFFFF
        name = entry[:length - 2].decode("utf-16-le")
        visit(left, path)
        if kind == 2:
            small = chain(start, mini_fat, lambda n: mini[n * 64:n * 64 + 64]) if size < 4096 else chain(start, fat, at)
            streams[path + name] = small[:size]
        else:
            visit(child, f"{path}{name}/")
        visit(right, path)

    visit(struct.unpack_from("<I", root, 76)[0], "")
    return streams


def streams(target: str, name: str, found: dict[str, bytes]) -> None:
    seed(target, name, b"".join(MARK + path.encode() + b"\n" + content for path, content in found.items()))


def small_book(stream: bytes) -> bytes:
    """A workbook stream with the first rows of each sheet, and the first strings if there are many. Rows stand behind the place that
    the list of sheets names, strings before it."""
    kept, at, sheets, before = bytearray(), 0, [], 0
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        record = stream[at:at + 4 + length]
        at += 4 + length
        in_row = kind in (0x0208, 0x00FD, 0x0203, 0x027E, 0x00BD, 0x00BE, 0x0201, 0x0204, 0x0006, 0x00D7)
        if in_row and (kind == 0x00D7 or struct.unpack_from("<H", record, 4)[0] > 3):
            continue
        if kind == 0x003C and before:
            before += len(record)
            continue
        if kind == 0x00FC and length > 4000:
            end = 8
            for _ in range(40):
                n, flags = struct.unpack_from("<HB", record, end + 4)
                end += 3 + n * (1 + (flags & 1))
            before = length - end
            record = struct.pack("<HHII", kind, end, 40, 40) + record[12:4 + end]
        if kind == 0x0085:
            sheets.append(len(kept) + 4)
        kept += record
    for place in sheets:
        struct.pack_into("<I", kept, place, struct.unpack_from("<I", kept, place)[0] - before)
    return bytes(kept)


def small_text(found: dict[str, bytes]) -> dict[str, bytes]:
    """The two streams of a doc, of the second only the lists of pieces and of paragraphs."""
    head = bytearray(found["WordDocument"])
    other = found["1Table"]
    out = b""
    for at in (0x1A2, 0x102):
        start, length = struct.unpack_from("<II", head, at)
        struct.pack_into("<I", head, at, len(out))
        out += other[start:start + length]
    return {"WordDocument": bytes(head), "1Table": out}


def slides() -> None:
    deck = pptx.Presentation()
    # Layouts cost more room than what is shown.
    for row, line in zip(ROWS[:2], LINES):
        slide = deck.slides.add_slide(deck.slide_layouts[6])
        slide.shapes.add_textbox(0, 0, 4_000_000, 400_000).text_frame.text = line
        cells = slide.shapes.add_table(2, 2, 0, 1_000_000, 4_000_000, 800_000).table
        for i, cell in enumerate([*COLUMNS[:2], *row[:2]]):
            cells.cell(i // 2, i % 2).text = cell
        slide.notes_slide.notes_text_frame.text = row[2]
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        deck.save(folder / "people.pptx")
        run("soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "ppt:MS PowerPoint 97", "--outdir", folder, folder / "people.pptx")
        held = ole_streams((folder / "people.ppt").read_bytes())
    streams("ppt", "libreoffice", {name: held[name] for name in ["PowerPoint Document", "Current User"]})

    def atom(kind, content, instance=0, version=0):
        return struct.pack("<HHI", instance << 4 | version, kind, len(content)) + content

    def holder(kind, *records, instance=0):
        return atom(kind, b"".join(records), instance, 15)

    def box(text):
        return holder(0xF004, holder(0xF00D, text))

    def slide(*shapes):
        return holder(1006, holder(1036, holder(0xF002, holder(0xF003, *shapes))))

    def listed(part, number):
        return atom(1011, struct.pack("<5I", part, 0, 0, number, 0))

    wide = lambda text: text.encode("utf-16-le")  # noqa: E731
    names = [box(atom(4000, wide(cell))) for cell in (COLUMNS[0], ROWS[0][0])]
    cells = [holder(0xF004, atom(0xF00F, struct.pack("<4i", 0, 100 * i, 500, 100 * i + 100)), holder(0xF00D, atom(4000, wide(cell)))) for i, cell in enumerate(ROWS[1][:3])]
    grid = holder(0xF003, holder(0xF004, atom(0xF122, struct.pack("<HI", 0x039F, 1), 1, 3)), *cells)
    link = holder(1033, holder(4055, atom(4026, wide("here"), 0), atom(4026, wide("mailto:a@example.com"), 1)))
    document = holder(1000, atom(1001, bytes(40)), link, holder(4080, listed(2, 256), atom(4008, b"13800010001"), listed(3, 257)), holder(4080, listed(4, 256), instance=2))
    notes = holder(1008, atom(1009, struct.pack("<IHH", 256, 0, 0)), holder(1036, holder(0xF002, holder(0xF003, box(atom(4000, wide(ROWS[2][2])))))))
    comment = holder(12000, atom(4026, wide("张三"), 0), atom(4026, wide("note"), 1))
    out, edit = b"", 0
    # The second version has a slide of its own and takes the others from the first.
    for made in [{1: document, 2: slide(*names), 3: slide(grid), 4: notes}, {3: slide(grid, names[0], comment)}]:
        places = {}
        for number, part in made.items():
            places[number] = len(out)
            out += part
        directory = len(out)
        out += atom(6002, b"".join(struct.pack("<II", 1 << 20 | number, at) for number, at in places.items()))
        last, edit = edit, len(out)
        out += atom(4085, struct.pack("<IHBBIIII", 256, 0, 0, 3, last, directory, 1, 4) + bytes(4))
    user = atom(4086, struct.pack("<III", 20, 0xE391C05F, edit) + bytes(8))
    streams("ppt", "edits", {"PowerPoint Document": out, "Current User": user})


def compound() -> None:
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "people.csv").write_text(table(), encoding="utf-8-sig")
        cells = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in r[:4]) + "</tr>" for r in ROWS)
        page = f"<html><meta charset=utf-8><p>{LINES[0]}</p><table>{cells}</table><p>a@example.com</p></html>"
        (folder / "page.html").write_text(page, encoding="utf-8")
        convert = ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless"]
        run(*convert, "--convert-to", "xls", "--outdir", folder, folder / "people.csv")
        run(*convert, "--infilter=HTML (StarWriter)", "--convert-to", "doc:MS Word 97", "--outdir", folder, folder / "page.html")
        book, text = (folder / "people.xls").read_bytes(), (folder / "page.doc").read_bytes()
    seed("ole", "xls", book)
    seed("ole", "doc", text[:BYTES_MAX])
    streams("xls", "libreoffice", {"Workbook": small_book(ole_streams(book)["Workbook"])})
    streams("xls", "xlwt", {"Workbook": small_book(ole_streams(found("office/xlwt.xls.xz"))["Workbook"])})
    streams("doc", "libreoffice", small_text(ole_streams(text)))
    old = bytearray(0x300)
    struct.pack_into("<HHHHH", old, 0, 0xA5DC, 0x68, 0, 0x0804, 0)
    words = "张三 13800010001\r\x07李四\r".encode("gbk")
    struct.pack_into("<II", old, 0x18, 0x200, 0x200 + len(words))
    old[0x200:0x200 + len(words)] = words
    streams("doc", "word95", {"WordDocument": bytes(old)})
    slides()
    for name in ["attached", "gbk"]:
        held = ole_streams(found(f"few/{name}.msg"))
        small = {path: content[:1500] if "properties" not in path else content for path, content in held.items()
                 if "nameid" not in path and not path.startswith("__recip_version1.0_#00000001")}
        total, kept = 0, {}
        for path, content in small.items():
            total += len(content) + len(path) + 3
            if total < 20_000:
                kept[path] = content
        streams("msg", name, kept)
    native = struct.pack("<IH", 60, 2) + b"a.csv\0C:\\a.csv\0" + struct.pack("<II", 0x30000, 8) + b"C:\\a.csv\0"[:8] + struct.pack("<I", 12) + b"name,phone\n1"
    streams("msg", "package", {"\x01Ole10Native": native, "folder/note.txt": b"13800010001"})


# Messages, pages, XML, RTF, PDF

def messages() -> None:
    for name in ["choice", "gbk", "encrypted"]:
        seed("mail", name, b"\0" + found(f"few/{name}.eml"))
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"], message["To"], message["Subject"] = "张三 <a@example.com>", "b@example.com, c@example.com", "名单"
    message["Date"] = "Fri, 01 Mar 2024 10:00:00 +0800"
    message.set_content(LINES[0])
    message.add_alternative(f"<p>{LINES[1]}</p>", subtype="html")
    message.add_attachment(table().encode(), maintype="text", subtype="csv", filename="名单.csv")
    inner = email.message.EmailMessage(policy=email.policy.SMTP)
    inner["From"] = "=?gb2312?B?1cXI/Q==?= <d@example.com>"
    inner.set_content("x" * 80, cte="quoted-printable")
    message.add_attachment(inner)
    seed("mail", "attached", b"\0" + message.as_bytes())
    box = b"From a@example.com Fri Mar  1 10:00:00 2024\n" + inner.as_bytes().replace(b"\r\n", b"\n") + b"\n>From x\n\n"
    seed("mail", "box", b"\1" + box + b"From b Fri Mar  1 10:00:00 2024\nContent-Length: 3\n\nabc\n")
    coded = "Content-Type: multipart/mixed; boundary=\"b\"\n\npre\n--b\nContent-Type: application/octet-stream;\n name*0*=utf-8''%E5%90;\n name*1*=%8D.csv\nContent-Transfer-Encoding: base64\n\nbmFtZSxwaG9u\n ZQ==\n--b\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a.txt\n#86)C\n`\nend\n--b--\nepilogue\n"
    seed("mail", "coded", b"\0" + coded.encode())


def markup() -> None:
    cells = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in r[:4]) + "</tr>" for r in ROWS)
    seed("html", "table", f"<!DOCTYPE html><html><head><meta charset='utf-8'><title>名单</title><style>p{{}}</style></head><body><table border=1><thead><tr><th>{'<th>'.join(COLUMNS[:4])}</tr></thead>{cells}</table></body></html>".encode())
    seed("html", "spans", "<table><tr><td rowspan=2>a<td colspan=3>b<tr><td>c<table><tr><td>inner</table><tr><td rowspan=0>d</table>".encode())
    seed("html", "cards", "<div><dl><dt>姓名<dd>张三<dt>手机号<dd>13800010001</dl><ul><li>电话: 138&#48;0010001<li><a href='mailto:a@example.com'>x</a></ul><input type=hidden value='a'><pre>a\n b</pre><script>var x='1';</script><!-- c --></div>".encode())
    seed("html", "gbk", b"<meta http-equiv=Content-Type content='text/html; charset=gb2312'><p>" + LINES[0].encode("gbk") + b"<br>&nbsp;&#x4e2d;&amp;&notin;")
    seed("html", "roles", "<div role=table><div role=row><span role=columnheader>姓名</span></div><div role=row><span role=cell data-phone='13800010001' title=x>张三</span></div></div><svg><text>a</svg><textarea>1</textarea><select><option value=1>b</select>".encode())
    for name, of in [("pandas", "pandas"), ("dicttoxml", "dicttoxml"), ("2003", "libreoffice-2003"), ("attributes", "elementtree")]:
        content = found(f"markup/{of}.xml.xz")
        if content[:100].lower().find(b"gb") >= 0:
            # Python's parser reads no GB18030.
            content = content.decode("gb18030").split("?>", 1)[1].encode()
        content = pruned(content, 3)
        seed("xml", name, content)
    flat = ("<?xml version='1.0'?><office:document xmlns:office='urn:oasis:names:tc:opendocument:xmlns:office:1.0' "
            "office:mimetype='application/vnd.oasis.opendocument.{}'><office:meta><dc:title>t</dc:title></office:meta><office:body>{}"
            "<draw:frame><draw:image><office:binary-data>aGVs\nbG8=</office:binary-data></draw:image></draw:frame></office:body></office:document>")
    sheet = ("<office:spreadsheet><table:table table:name='s'><table:table-row table:number-rows-repeated='2'><table:table-cell office:value-type='float' "
             "office:value='7'><text:p>7</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>")
    seed("xml", "fods", flat.format("spreadsheet", sheet).encode())
    seed("xml", "fodt", flat.format("text", "<office:text><text:p>a<text:s/>b</text:p></office:text>").encode())
    seed("xml", "entities", b"<?xml version=\"1.0\" encoding=\"GBK\"?><!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d SYSTEM 'file:///x'>]><a x='1&lt;'><!-- c --><![CDATA[<x>]]>&b;&d;&#x4e2d;" + "张三".encode("gbk") + b"<?p i?><ns:b xmlns:ns='u' ns:y=\"2\"/></a>")
    seed("xml", "objects", b"<users><user id='1'><name>a</name><phones><p>1</p><p>2</p></phones></user><user id='2'><name/>text<b>x</b>tail</user></users>")
    rows = "".join("{\\trowd\\cellx100\\cellx200 " + "".join("".join(f"\\u{ord(c)}?" if ord(c) > 127 else c for c in cell) + "\\cell " for cell in r[:3]) + "\\row}\n" for r in ROWS)
    seed("rtf", "table", ("{\\rtf1\\ansi\\ansicpg936\\uc1{\\fonttbl{\\f0\\fcharset134 SimSun;}{\\f1\\fcharset0 Arial;}}{\\*\\generator x;}\\pard\\intbl " + rows + "\\pard end\\par}").encode())
    seed("rtf", "codes", b"{\\rtf1\\ansi\\ansicpg936\\deff0{\\fonttbl{\\f0\\fnil\\fcharset134 \\'cb\\'ce\\'cc\\'e5;}}{\\colortbl;\\red0;}{\\info{\\author \\'d5\\'c5}}\\f0\\'d5\\'c5\\'c8\\'fd\\par{\\uc2\\u24352\\'d5\\'c5}\\tab{\\v hidden}{\\footnote note}\\bin3 abc{\\field{\\*\\fldinst HYPERLINK \"mailto:a@example.com\"}{\\fldrslt x}}\\line{\\pict\\pngblip 89504e47}}")
    seed("rtf", "object", b"{\\rtf1{\\object\\objemb{\\*\\objclass Package}{\\*\\objdata 0105000002000000080000005061636b61676500000000000000000010000000" + b"020061002e6373760061000000030004" + b"}{\\result x}}}")


def pdf(objects: dict[int, bytes], root: int, extra: bytes = b"") -> bytes:
    out, places = b"%PDF-1.7\n", {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n" % size
    for number in range(size):
        out += b"%010d %05d %c \n" % ((places[number], 0, b"n") if number in places else (0, 65535, b"f"))
    return out + b"trailer\n<</Size %d/Root %d 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, root, extra, start)


def stream(content: bytes, more: bytes = b"") -> bytes:
    return b"<</Length %d%s>>stream\n" % (len(content), more) + content + b"\nendstream"


def portable() -> None:
    text = b"BT /F1 10 Tf 50 700 Td (name) Tj 100 0 Td (phone) Tj -100 -14 Td [(Zhang) -300 (San)] TJ 100 0 Td (13800010001) Tj T* (x) ' 1 2 (y) \" ET\n0 0 m 200 0 l S 10 10 50 20 re S q 1 0 0 1 5 5 cm /X1 Do Q"
    base = {
        1: b"<</Type/Catalog/Pages 2 0 R>>", 2: b"<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 612 792]>>",
        3: b"<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<</Font<</F1 5 0 R/F2 6 0 R>>/XObject<</X1 9 0 R>>>>/Annots[10 0 R]>>",
        4: stream(text), 5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding<</Type/Encoding/Differences[65/B/C]>>>>",
        6: b"<</Type/Font/Subtype/Type0/BaseFont/SimSun/Encoding/UniGB-UCS2-H/DescendantFonts[7 0 R]>>",
        7: b"<</Type/Font/Subtype/CIDFontType2/BaseFont/SimSun/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000/W[1[500 600] 10 20 700]>>",
        9: stream(b"BT /F2 8 Tf <4e2d6587> Tj ET", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F2 6 0 R>>>>"),
        10: b"<</Type/Annot/Subtype/Link/Rect[0 0 9 9]/Contents(note)/A<</S/URI/URI(mailto:a@example.com)>>>>",
    }
    seed("pdf", "text", pdf(base, 1))
    cmap = b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <ffff> endcodespacerange 2 beginbfchar <01> <5F20> <02> <D83DDE00> endbfchar 1 beginbfrange <10> <20> <0030> <21> <22> [<0041> <0042>] endbfrange endcmap"
    unicode = dict(base)
    unicode[4] = stream(b"BT /F1 10 Tf 1 0 0 1 20 20 Tm <0102101112> Tj 0 -12 TD <2122> Tj 3 Tr <01> Tj ET")
    unicode[5] = b"<</Type/Font/Subtype/TrueType/BaseFont/A/ToUnicode 11 0 R/FirstChar 0/LastChar 2/Widths[500 600 700]>>"
    unicode[11] = stream(cmap)
    seed("pdf", "to-unicode", pdf(unicode, 1))
    files = dict(base)
    files[1] = b"<</Type/Catalog/Pages 2 0 R/Names<</EmbeddedFiles<</Names[(a.csv) 12 0 R]>>>>/AcroForm<</Fields[14 0 R]>>/Metadata 15 0 R>>"
    files[12] = b"<</Type/Filespec/F(a.csv)/UF<feff540d>/EF<</F 13 0 R>>>>"
    files[13] = stream(b"name,phone\n1,13800010001\n", b"/Type/EmbeddedFile")
    files[14] = b"<</FT/Tx/T(phone)/V(13800010001)/Kids[14 0 R]>>"
    files[15] = stream(b"<x:xmpmeta xmlns:x='adobe:ns:meta/'>a</x:xmpmeta>", b"/Type/Metadata/Subtype/XML")
    seed("pdf", "files", pdf(files, 1, b"/Info<</Author(x)/Title<feff5f20>>>"))
    packed = zlib.compress(b"1 0 2 31 3 80 " + b"<</Type/Catalog/Pages 2 0 R>>".ljust(31) + b"<</Type/Pages/Kids[3 0 R]/Count 1>>".ljust(49) + b"<</Type/Page/Parent 2 0 R/Contents 5 0 R/Resources<<>>>>")
    out = b"%PDF-1.5\n"
    places = {4: len(out)}
    out += b"4 0 obj\n" + stream(packed, b"/Type/ObjStm/N 3/First 14/Filter/FlateDecode") + b"\nendobj\n"
    places[5] = len(out)
    out += b"5 0 obj\n" + stream(zlib.compress(b"BT (x) Tj ET BI /W 1 /H 1 /BPC 8 ID a EI"), b"/Filter[/FlateDecode]") + b"\nendobj\n"
    start = len(out)
    entries = b"".join(struct.pack(">BHB", *e) for e in [(0, 0, 0), (2, 4, 0), (2, 4, 1), (2, 4, 2), (1, places[4], 0), (1, places[5], 0), (1, start, 0)])
    out += b"6 0 obj\n" + stream(entries, b"/Type/XRef/W[1 2 1]/Size 7/Root 1 0 R") + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % start
    seed("pdf", "object-stream", out)
    for name in ["scan.pdf", "secret.pdf"]:
        seed("pdf", name.removesuffix(".pdf"), found(f"few/{name}"))


# Databases

def databases() -> None:
    texts = ", ".join(f"{c} TEXT" for c in COLUMNS)
    marks = ",".join("?" * len(COLUMNS))

    def database(name, before, *statements, rows=ROWS):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "a.db"
            con = sqlite3.connect(path)
            con.executescript(f"PRAGMA page_size=512; {before}")
            for statement in statements:
                con.execute(statement)
            con.executemany(f"INSERT INTO t({','.join(COLUMNS)}) VALUES ({marks})", rows)
            con.commit()
            con.close()
            seed("sqlite", name, path.read_bytes())

    database("plain", "", f"CREATE TABLE t({texts})", "CREATE INDEX i ON t(手机号)", "CREATE VIEW v AS SELECT * FROM v")
    database("no-rowid", "PRAGMA encoding='UTF-16le';", f"CREATE TABLE t({texts}, PRIMARY KEY(手机号, 身份证号)) WITHOUT ROWID")
    database("tree", "PRAGMA auto_vacuum=FULL;", f"CREATE TABLE t(id INTEGER PRIMARY KEY, {texts}, g AS (姓名||'-'), 备注 DEFAULT 'x')", rows=people(8))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.db"
        con = sqlite3.connect(path)
        con.executescript("PRAGMA page_size=512; CREATE TABLE b(id INTEGER, f BLOB, r REAL, \"n m\" NUMERIC)")
        con.execute("INSERT INTO b VALUES (-5, ?, 1.5, NULL)", (gzip.compress(table().encode()),))
        con.execute("INSERT INTO b VALUES (4611686018427387904, ?, -0.0, '2024')", (b"x" * 1200,))
        con.execute("INSERT INTO b VALUES (0, ?, 1, 1)", (json.dumps({"phone": "13800010001"}),))
        con.commit()
        con.close()
        seed("sqlite", "blobs", path.read_bytes())
        path = Path(folder) / "log.db"
        con = sqlite3.connect(path)
        con.executescript(f"PRAGMA page_size=512; PRAGMA journal_mode=WAL; CREATE TABLE t({texts}); PRAGMA wal_checkpoint(TRUNCATE)")
        con.executemany(f"INSERT INTO t VALUES ({marks})", ROWS)
        con.commit()
        log = Path(folder) / "log.db-wal"
        seed("sqlite", "log", path.read_bytes() + b"\nWRITE-AHEAD LOG\n" + log.read_bytes())
        con.close()


def dumps() -> None:
    """Archives of pg_dump, short and in the versions and with the methods that its releases write."""
    packers = [lambda content: content, zlib.compress, lambda content: piped("lz4", content), lambda content: piped("zstd", content)]
    for minor, method in [(10, 1), (12, 0), (14, 0), (14, 1), (15, 0), (15, 2), (16, 1), (16, 3)]:
        def number(n):
            return bytes([n < 0]) + struct.pack("<I", abs(n))

        def text(of):
            return number(-1) if of is None else number(len(of)) + of.encode()

        def entry(id, kind, definition=None, copy=None, needs=()):
            has_data = kind in ["TABLE DATA", "BLOBS"]
            return (number(id) + number(has_data) + text("1259") + text("16384") + text("users") + text(kind) + (number(2) if minor >= 11 else b"")
                    + text(definition) + text(None) + text(copy) + text("public") + text(None) + (text("heap") if minor >= 14 else b"")
                    + (number(114) if minor >= 16 else b"") + text("owner") + text("false") + b"".join(map(text, needs)) + text(None)
                    + bytes([2 if has_data else 3]) + bytes(8))

        def chunks(content):
            packed = packers[method](content)
            return b"".join(number(len(packed[i:i + 90])) + packed[i:i + 90] for i in range(0, len(packed), 90)) + number(0)

        rows = "".join("\t".join(row[:3]) + "\n" for row in ROWS) + "\\.\n\n\n"
        archive = (b"PGDMP\1" + bytes([minor, 0, 4, 8, 1]) + (bytes([method]) if minor >= 15 else number(-method)) + b"".join(map(number, range(7)))
                   + text("shop") + text("15.18") + text("15.18") + number(5)
                   + entry(1, "ENCODING", "SET client_encoding = 'UTF8';\n") + entry(2, "TABLE", "CREATE TABLE users (a text, b text, c text);\n")
                   + entry(3, "COMMENT", "COMMENT ON COLUMN users.a IS '姓名';\n", needs=["2"]) + entry(4, "TABLE DATA", copy="COPY users (a, b, c) FROM stdin;\n", needs=["2"])
                   + entry(5, "BLOBS") + b"\1" + number(4) + chunks(rows.encode()) + b"\3" + number(5) + number(16385) + chunks(LINES[0].encode()) + number(0))
        seed("pgdump", f"{minor}-{method}", archive)


def columns() -> None:
    plain = pa.table({c: [r[i] for r in ROWS] for i, c in enumerate(COLUMNS[:3])})
    nested = pa.table({
        "l": pa.array([[1, 2], None, []], pa.list_(pa.int64())),
        "s": pa.array([{"a": "x", "b": [1.5]}, None, {"a": None, "b": None}], pa.struct([("a", pa.string()), ("b", pa.list_(pa.float64()))])),
        "m": pa.array([[("k", "v")], [], None], pa.map_(pa.string(), pa.string())),
        "t": pa.array([0, 1, None], pa.timestamp("ms")),
        "d": pa.array([1, None, 3], pa.decimal128(10, 2)),
        "b": pa.array([True, False, None]),
    })

    def write(name, data, **options):
        out = io.BytesIO()
        parquet.write_table(data, out, store_schema=False, write_statistics=False, **options)
        seed("parquet", name, out.getvalue())

    for codec in ["none", "snappy", "gzip", "brotli", "zstd", "lz4"]:
        write(codec, plain, compression=codec)
    write("nested", nested, compression="none")
    write("v2", nested, compression="snappy", data_page_version="2.0", use_dictionary=False)
    write("delta", plain, compression="none", use_dictionary=False, column_encoding={c: "DELTA_BYTE_ARRAY" for c in COLUMNS[:3]})
    write("int96", nested.select(["t"]), compression="none", use_deprecated_int96_timestamps=True)

    def arrow(name, is_file, batches, **options):
        out = io.BytesIO()
        with (ipc.new_file if is_file else ipc.new_stream)(out, batches[0].schema, options=ipc.IpcWriteOptions(**options)) as wtr:
            for batch in batches:
                wtr.write_batch(batch)
        seed("arrow", name, out.getvalue())

    rows = plain.to_batches()
    types = nested.append_column("w", pa.array(["x" * 20, None, "y"], pa.string_view())).append_column("i", pa.array([1, None, 2**62]))
    types = types.append_column("f", pa.array([b"1234", None, b"abcd"], pa.binary(4))).append_column("n", pa.nulls(3))
    types = types.append_column("u", pa.UnionArray.from_dense(pa.array([0, 1, 0], pa.int8()), pa.array([0, 0, 1], pa.int32()), [pa.array(["a", "b"]), pa.array([5])]))
    types = types.append_column("e", pa.RunEndEncodedArray.from_arrays(pa.array([2, 3], pa.int32()), pa.array(["r", None])))
    types = types.append_column("o", pa.array(["large", None, ""], pa.large_string())).append_column("g", pa.array([0, None, 86399], pa.time32("s")))
    words = [pa.record_batch({"w": pa.DictionaryArray.from_arrays(pa.array(at, pa.int8()), pa.array(of))}) for at, of in [([0, 1, None], ["a", "b"]), ([2, 0, 1], ["a", "b", "c"])]]
    for is_file in [True, False]:
        kind = "file" if is_file else "stream"
        arrow(f"{kind}-plain", is_file, [*rows, *rows])
        arrow(f"{kind}-types", is_file, types.to_batches())
        arrow(f"{kind}-grown", is_file, words, emit_dictionary_deltas=True)
    arrow("stream-replaced", False, words)
    for codec in ["lz4", "zstd"]:
        arrow(f"file-{codec}", True, rows, compression=codec)
    arrow("file-old", True, rows, metadata_version=ipc.MetadataVersion.V4, use_legacy_format=True)

    schema = {"type": "record", "name": "p", "fields": [{"name": n, "type": ["null", "string"]} for n in ["name", "id_card", "mobile"]]}
    rows = [dict(zip(["name", "id_card", "mobile"], r)) for r in ROWS]
    for codec in ["null", "deflate", "bzip2", "xz", "snappy", "zstandard"]:
        out = io.BytesIO()
        fastavro.writer(out, schema, rows, codec=codec, sync_marker=b"0123456789abcdef")
        seed("avro", codec, out.getvalue())
    schema = {"type": "record", "name": "q", "namespace": "n", "fields": [
        {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}}, {"name": "f", "type": {"type": "fixed", "name": "F", "size": 4}},
        {"name": "a", "type": {"type": "array", "items": "n.E"}}, {"name": "m", "type": {"type": "map", "values": ["null", "q"]}},
        {"name": "d", "type": {"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2}}, {"name": "t", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "x", "type": "double"}, {"name": "y", "type": "float"}, {"name": "z", "type": "boolean"}, {"name": "i", "type": {"type": "int", "logicalType": "date"}}]}
    row = {"e": "A", "f": b"1234", "a": ["A", "B"], "d": Decimal("1.23"), "t": 0, "x": 1.5, "y": 0.5, "z": True, "i": 19000}
    out = io.BytesIO()
    fastavro.writer(out, schema, [row | {"m": {"k": None, "l": row | {"m": {}}}}], sync_marker=b"0123456789abcdef")
    seed("avro", "types", out.getvalue())


def collections() -> None:
    """BSON. Its deprecated types, which the library does not write, are put together from their bytes."""
    seed("bson", "documents", b"".join(make_bson.documents(ROWS)))
    seed("bson", "types", b"".join(make_bson.nested()[:2]))
    old = [b"\x06u\0", b"\x0cp\0\x02\0\0\0r\0" + b"123456789012", b"\x0ds\0\x02\0\0\0f\0", b"\x0es\0\x02\0\0\0s\0",
           b"\x05b\0\x06\0\0\0\x02\x02\0\0\0ab", b"\x05i\0\x10\0\0\0\x03" + bytes(range(16))]
    inside = b"".join(old) + b"\0"
    seed("bson", "old", struct.pack("<i", len(inside) + 4) + inside)
    guests = make_bson.documents(ROWS)
    turns = [("guests", guests[:1], False), ("rooms", [bson.encode({"_id": 1})], False), ("guests", guests[1:], False), ("guests", [], True), ("rooms", [], True)]
    blocks = [make_bson.heading("hotel", name, 0 if is_last else None) + b"".join(some) + make_bson.MARK for name, some, is_last in turns]
    header = b"\x6d\xe2\x99\x81" + bson.encode({"version": "0.1"}) + bson.encode({"db": "hotel", "collection": "guests"}) + make_bson.MARK
    seed("bson", "archive", header + b"".join(blocks))
    seed("bson", "damaged", header + blocks[0][:-4] + b"\xee" * 40 + make_bson.MARK + b"".join(blocks[1:]))


# What the program writes and reads back, and what users write for it

def program() -> Path:
    made = os.environ.get("LEAKGAUGE", HERE.parent / "target/debug/leakgauge")
    return Path(made)


def saved() -> None:
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        (folder / "people.csv").write_text(table(), encoding="utf-8")
        done = subprocess.run([program(), "scan", "--no-config", "-q", "-f", "json", "people.csv"], cwd=folder, check=True, capture_output=True)
        run(program(), "baseline", "write", "--no-config", "-o", "baseline.json", "people.csv", cwd=folder)
        counts = (folder / "baseline.json").read_bytes()
    audit = json.loads(done.stdout)
    audit["assessments"] = audit["assessments"][:1]
    text = json.dumps(audit, ensure_ascii=False, separators=(",", ":"))
    seed("audit", "assessed", text.encode())
    audit["assessments"] = []
    audit["skipped"] = [{"path": "a.zip!/b", "reason": "encrypted: a password is needed", "partial": False}]
    seed("audit", "counts", json.dumps(audit, ensure_ascii=False, separators=(",", ":")).encode())
    seed("baseline", "counts", counts)
    values = {"schema": "leakgauge.baseline/1", "mode": "fingerprints", "tool": {"version": "0.1.0", "catalog": "blake3:00"}, "key": "MARK",
              "fingerprints": {"cn.mobile": ["0123456789abcdef" * 2, "f" * 32], "global.email": []}}
    seed("baseline", "fingerprints", json.dumps(values, indent=1).encode())
    for name in ["cn/mobile", "cn/bank-card", "global/email"]:
        path = HERE.parent / f"patterns/{name}.toml"
        if path.is_file():
            seed("patterns", name.replace("/", "-"), path.read_bytes())
    small = """id = "x.badge"
name = { en = "Badge", zh = "工牌" }
description = "A number of a badge."
references = ["made up"]
regex = "[A-Z]{2}[0-9]{6}"
"""
    seed("patterns", "small", small.encode())
    said = 'owner = "shop"\nreason = "made-up customers"\nexpires = 2999-12-31\n'
    seed("rules", "ignore", b"\0" + f'[[ignore]]\npath = "tests/**"\n{said}[[ignore]]\nkind = "cn.mobile"\ncategory = "contact"\n{said}'.encode())
    limits = '[[limit]]\nkind = "cn.mobile"\npath = "data"\nmax = 9\nowner = "shop"\nreason = "made up"\n[[limit]]\npersons = true\nmax = 15\n[[limit]]\ncategory = "lodging"\nmax = 0\n'
    seed("rules", "limits", b"\1" + limits.encode())
    seed("rules", "config", b"\2" + ('lang = "zh"\n' + limits).encode())
    stated = "action = 'both'\nin-duty = true\nrecipients = 3\ngains = '61429.01'\nprofit = 5.5\nprior = true\nact-date = 2012-04-01\ndecision-date = '2018-01-02'\ndiscovered = 2026-11-20T14:30:00\n"
    seed("rules", "circumstances", b"\3" + stated.encode())
    for law in ["hk.pdpo", "us.ftc-safeguards"]:
        seed("rules", law, b"\4" + (HERE.parent / f"src/law/instruments/{law}.toml").read_bytes())
    ends = [0] * 63 + [2]
    place = {"number": 2, "start": 200, "ends": ends}
    kind = {"matches": 3, "masked": 0, "test": 0, "failed_checksum": 1, "rounded": 0, "samples": [], "numbers": place, "texts": None}
    group = {"base": {"full": ["contact"], "bare": []}, "strict": {"full": ["contact"], "bare": ["address"]}, "traits": {"ages": [], "countries": [], "identifiers": []},
             "rows": 3, "contents": {"number": 3, "start": 216, "ends": ends}, "persons": None, "numbered": {"phone": place}}
    directory = json.dumps({"kinds": {"cn.mobile": kind}, "groups": [group], "enclosure": "ENCLOSURE"}).encode()
    file = {"path": "a.csv", "content": "00" * 16, "audits": [[0, {"path": "a.csv", "format": "csv", "encoding": "UTF-8", "bytes": 5, "records": 3, "copy_of": None,
            "kinds": {"cn.mobile": 3}, "categories": {"contact": 3}}]], "skipped": []}
    part = {"inputs": ["a.csv"], "started": "2026-11-22T00:00:00Z", "ages_on": None, "seconds": 1.5, "files": [file], "skipped": [], "shard": None}

    def framed(named):
        return b"".join(MARK + name.encode() + b"\n" + content for name, content in named.items())

    runs = bytes(300)
    seed("tally", "part", framed({"directory": directory, "enclosure": json.dumps(part).encode(), "runs": runs}))
    entry = {"path": "/a/b", "display": "b", "size": 5, "kind": "File", "inode": [1, 2], "owned": {"start": 0, "end": 5}, "modified": None}
    plan = {"format": 2, "version": "VERSION", "catalog": "CATALOG", "asked": {"folder": "/a", "inputs": ["b"], "options": []}, "started": "2026-11-22T00:00:00Z",
            "walked": {"entries": [entry], "skipped": [], "shard": None}}
    enclosed = {"parts": [[0, 0]], "seconds": 1.0, "files": [[0, file]], "progress": [{"index": 0, "n_lots": 1, "is_whole": True, "counts": {}}]}
    seed("state", "plan", framed({"plan": json.dumps(plan).encode(), "directory": directory, "enclosure": json.dumps(enclosed).encode(), "runs": runs}))


if __name__ == "__main__":
    shutil.rmtree(OUT, ignore_errors=True)
    random.seed(0)
    for make in [records, archives, documents, compound, messages, markup, portable, databases, dumps, columns, collections, saved]:
        make()
    total = sum(path.stat().st_size for path in OUT.rglob("*") if path.is_file())
    print(f"{len(list(OUT.iterdir()))} targets, {total} bytes")
