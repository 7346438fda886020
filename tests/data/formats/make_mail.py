"""Makes the archives and messages of this folder from `people.csv`, with other programs than the one under test.

Archives come from 7-Zip (`7zz`) and from `rars` (`cargo install rars-cli`; there is no other free writer of RAR), messages
from Python's `email` and `mailbox`, Outlook messages from `aspose-email-foss`.
bsdtar and unar read back what rars wrote, so that no fixture rests on its writer alone.

    pip install aspose-email-foss==26.3
    python3 make_mail.py
"""

import datetime
import email.policy
import mailbox
import shutil
import subprocess
import tempfile
from email.message import EmailMessage
from pathlib import Path

HERE = Path(__file__).parent
OUT = HERE / "mail"
PEOPLE = (HERE / "people.csv").read_bytes()
PASSWORD = "开门opensesame"
DATE = datetime.datetime(2024, 3, 1, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
SENDER = "张三 <zhangsan@example.com>"
RECEIVER = "李四 <lisi@example.com>"


def run(*command, cwd=None):
    done = subprocess.run([str(c) for c in command], cwd=cwd, capture_output=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{command}: {done.stderr.decode()}")


def archives(folder: Path):
    """7z by every method, rar in both families; solid, encrypted and in volumes; 100 MiB of zeros."""
    (folder / "people.csv").write_bytes(PEOPLE)
    lines = PEOPLE.split(b"\n")
    half = len(lines) // 2
    (folder / "first.csv").write_bytes(b"\n".join(lines[:half]) + b"\n")
    (folder / "second.csv").write_bytes(lines[0] + b"\n" + b"\n".join(lines[half:]))
    halves = ["first.csv", "second.csv"]
    seven = [
        ("lzma2.7z", [], ["people.csv"]),
        ("lzma.7z", ["-m0=lzma"], ["people.csv"]),
        ("ppmd.7z", ["-m0=PPMd"], ["people.csv"]),
        ("bzip2.7z", ["-m0=BZip2"], ["people.csv"]),
        ("deflate.7z", ["-m0=Deflate"], ["people.csv"]),
        ("stored.7z", ["-m0=Copy"], ["people.csv"]),
        ("solid.7z", ["-ms=on"], halves),
        ("encrypted.7z", [f"-p{PASSWORD}"], ["people.csv"]),
        ("hidden.7z", [f"-p{PASSWORD}", "-mhe=on"], halves),
        ("volume.7z", ["-v2k"], ["people.csv"]),
    ]
    for name, options, files in seven:
        run("7zz", "a", "-mtm=off", *options, folder / name, *files, cwd=folder)
    rars = [
        ("rar4.rar", "rar29", [], ["people.csv"]),
        ("rar4-solid.rar", "rar29", ["--solid"], halves),
        ("rar4-encrypted.rar", "rar29", [f"--password={PASSWORD}"], ["people.csv"]),
        ("rar5.rar", "rar50", [], ["people.csv"]),
        ("rar5-solid.rar", "rar50", ["--solid"], halves),
        ("rar5-encrypted.rar", "rar50", [f"--password={PASSWORD}"], ["people.csv"]),
        ("rar5-hidden.rar", "rar50", [f"--password={PASSWORD}", "--encrypt-headers"], halves),
    ]
    for name, family, options, files in rars:
        run("rars", "a", "--format", family, *options, folder / name, *files, cwd=folder)
        if "encrypted" not in name and "hidden" not in name:
            read_back(folder / name, files)
    run("rars", "a", "--format", "rar50", "--volume-size", "3k", folder / "rar5-volume.part1.rar", "people.csv", cwd=folder)
    with (folder / "zeros").open("wb") as zeros:
        zeros.truncate(100 << 20)
    run("7zz", "a", "-mtm=off", folder / "zeros.7z", "zeros", cwd=folder)
    run("rars", "a", folder / "zeros.rar", "zeros", cwd=folder)
    for name in ["zeros.7z", "zeros.rar", *(s[0] for s in seven if s[0] != "volume.7z"), "volume.7z.001", *(r[0] for r in rars)]:
        shutil.copy(folder / name, OUT / name)
    first = next(p for p in sorted(folder.glob("rar5-volume*")))
    shutil.copy(first, OUT / "rar5-volume.part1.rar")


def read_back(path: Path, files):
    """Another reader sees the same bytes: bsdtar for RAR 5, unar for RAR 4, each where it is the better one."""
    unpacked = path.parent / "unpacked"
    unpacked.mkdir(exist_ok=True)
    if path.name.startswith("rar5"):
        run("bsdtar", "-xf", path, "-C", unpacked)
    else:
        run("unar", "-q", "-f", "-D", "-o", unpacked, path)
    for name in files:
        if (unpacked / name).read_bytes() != (path.parent / name).read_bytes():
            raise SystemExit(f"{path}: {name} reads otherwise")


def message(subject, text, sender=SENDER, receiver=RECEIVER):
    m = EmailMessage()
    m["From"], m["To"], m["Subject"], m["Date"] = sender, receiver, subject, DATE
    m["Message-ID"] = "<1@example.com>"
    m.set_content(text)
    return m


def messages():
    smtp = email.policy.SMTP
    plain = message("客户名单", "李四你好，名单在附件里。\n我的电话是 13800010001。\n")
    plain["Cc"] = "王五 <wangwu@example.net>, \"赵, 六\" <zhaoliu@example.net>"
    plain.add_attachment(PEOPLE, maintype="text", subtype="csv", filename="名单.csv")
    (OUT / "attached.eml").write_bytes(plain.as_bytes(policy=smtp))

    choice = message("通知", "纯文本：请看网页。\n")
    choice.add_alternative(
        "<html><head><style>p{}</style></head><body><p>网页：电话&nbsp;<b>139</b>00010002</p>"
        "<table><tr><td>邮箱</td><td>html&#64;example.com</td></tr></table></body></html>", subtype="html")
    (OUT / "choice.eml").write_bytes(choice.as_bytes(policy=email.policy.default))

    # As old programs of Chinese Windows wrote it: everything in GBK, and nothing says so.
    gbk = ("From: 张三 <zhangsan@example.com>\nTo: 李四 <lisi@example.com>\nSubject: 合同\n"
           "Date: Fri, 1 Mar 2024 10:00:00 +0800\nMessage-ID: <2@example.com>\n\n"
           "李四你好，合同寄到广东省深圳市南山区幸福街9号，电话 13800010001。\n")
    (OUT / "gbk.eml").write_bytes(gbk.encode("gb18030"))

    inner = message("转发的名单", "见附件。\n")
    inner.add_attachment(PEOPLE, maintype="application", subtype="octet-stream", filename="people.csv")
    middle = message("Fwd: 转发的名单", "转给你。\n")
    middle.add_attachment(inner)
    outer = message("Fwd: Fwd: 转发的名单", "再转给你。\n")
    outer.add_attachment(middle)
    (OUT / "forwarded.eml").write_bytes(outer.as_bytes(policy=smtp))

    signed = message("密", "")
    signed.clear_content()
    signed["Content-Type"] = "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    signed["Content-Transfer-Encoding"] = "base64"
    signed.set_payload("MIAGCSqGSIb3DQEHA6CAMIACAQA=\n")
    (OUT / "encrypted.eml").write_bytes(signed.as_bytes(policy=smtp))

    box(OUT / "box.mbox")


def box(path: Path):
    """Twelve messages; the third has lines that begin with `From `, the seventh the people."""
    path.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        made = mailbox.mbox(Path(folder) / "box")
        for i in range(1, 13):
            text = f"第{i}封信。\n"
            if i == 3:
                text = "这里引用：\n\nFrom me@example.com Fri Mar  1 10:00:00 2024\n>From 13700010003\n"
            m = message(f"信 {i}", text, sender=f"sender{i}@example.com")
            if i == 7:
                m.add_attachment(PEOPLE, maintype="text", subtype="csv", filename="people.csv")
            made.add(mailbox.mboxMessage(m))
        made.flush()
        lines = (Path(folder) / "box").read_bytes().split(b"\n")
    # The separators that Python writes tell the time of the run.
    stamp = b"From MAILER-DAEMON Fri Mar  1 02:00:00 2024"
    lines = [stamp if line.startswith(b"From MAILER-DAEMON ") else line for line in lines]
    path.write_bytes(b"\n".join(lines))


def outlook():
    from aspose.email_foss import msg

    def parties(m):
        m.add_recipient("lisi@example.com", display_name="李四")

    inner = msg.MapiMessage.create("里面的名单", "见附件，电话 13600010004。")
    inner.set_property(msg.PropertyId.SENDER_EMAIL_ADDRESS, "wangwu@example.net")
    inner.set_property(msg.PropertyId.SENDER_NAME, "王五")
    parties(inner)
    inner.add_attachment("people.csv", PEOPLE, mime_type="text/csv")
    outer = msg.MapiMessage.create("客户名单", "李四你好，名单在附件里。我的电话是 13800010001。")
    outer.set_property(msg.PropertyId.SENDER_EMAIL_ADDRESS, "zhangsan@example.com")
    outer.set_property(msg.PropertyId.SENDER_NAME, "张三")
    parties(outer)
    outer.add_attachment("名单.csv", PEOPLE, mime_type="text/csv")
    outer.add_embedded_message_attachment(inner, filename="inner.msg")
    outer.save(OUT / "attached.msg")
    in_code_page(OUT / "attached.msg", OUT / "gbk.msg")


def in_code_page(source: Path, target: Path):
    """The same message with its text in code page 936, as an Outlook before 2003 wrote it."""
    from aspose.email_foss import cfb

    def turn(storage):
        for child in storage.children:
            if hasattr(child, "children"):
                turn(child)
            elif child.name.endswith("001F"):
                child.name = child.name[:-4] + "001E"
                child.data = child.data.decode("utf-16-le").encode("gb18030")
            elif child.name == "__properties_version1.0":
                data = bytearray(child.data)
                head = 32 if storage is document.root else 24 if len(data) % 16 == 8 else 8
                for at in range(head if (len(data) - head) % 16 == 0 else 8, len(data) - 15, 16):
                    if data[at:at + 2] == b"\x1f\x00":
                        data[at] = 0x1E
                child.data = bytes(data)

    document = cfb.CFBDocument.from_file(source)
    turn(document.root)
    cfb.CFBWriter.write_file(document, target)


def main():
    OUT.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        archives(Path(folder))
    messages()
    outlook()


if __name__ == "__main__":
    main()
