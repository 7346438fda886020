"""Makes messages that carry `people.csv`, with other programs than the one under test, into `mail`, and special ones into `few`.

They come from Python's `email` and `mailbox`, those of Outlook from `aspose-email-foss`.

    pip install aspose-email-foss==26.3
    python3 make_mail.py
"""

import datetime
import email.policy
import mailbox
import tempfile
from email.message import EmailMessage
from pathlib import Path

from people import FEW, HERE, settle

OUT = HERE / "mail"
PEOPLE = (HERE / "people.csv").read_bytes()
FEW_PEOPLE = (FEW / "people.csv").read_bytes()
DATE = datetime.datetime(2024, 3, 1, 10, 0, tzinfo=datetime.timezone(datetime.timedelta(hours=8)))
SENDER = "张三 <zhangsan@example.com>"
RECEIVER = "李四 <lisi@example.com>"


def message(subject, text, sender=SENDER, receiver=RECEIVER):
    m = EmailMessage()
    m["From"], m["To"], m["Subject"], m["Date"] = sender, receiver, subject, DATE
    m["Message-ID"] = "<1@example.com>"
    m.set_content(text)
    return m


def attached(people: bytes, path: Path):
    plain = message("客户名单", "李四你好，名单在附件里。\n我的电话是 13800010001。\n")
    plain["Cc"] = "王五 <wangwu@example.net>, \"赵, 六\" <zhaoliu@example.net>"
    plain.add_attachment(people, maintype="text", subtype="csv", filename="名单.csv")
    path.write_bytes(plain.as_bytes(policy=email.policy.SMTP))


def special_messages():
    choice = message("通知", "纯文本：请看网页。\n")
    choice.add_alternative(
        "<html><head><style>p{}</style></head><body><p>网页：电话&nbsp;<b>139</b>00010002</p>"
        "<table><tr><td>邮箱</td><td>html&#64;example.com</td></tr></table></body></html>", subtype="html")
    (FEW / "choice.eml").write_bytes(choice.as_bytes(policy=email.policy.default))

    # As old programs of Chinese Windows wrote it: everything in GBK, and nothing says so.
    gbk = ("From: 张三 <zhangsan@example.com>\nTo: 李四 <lisi@example.com>\nSubject: 合同\n"
           "Date: Fri, 1 Mar 2024 10:00:00 +0800\nMessage-ID: <2@example.com>\n\n"
           "李四你好，合同寄到广东省深圳市南山区幸福街9号，电话 13800010001。\n")
    (FEW / "gbk.eml").write_bytes(gbk.encode("gb18030"))

    inner = message("转发的名单", "见附件。\n")
    inner.add_attachment(FEW_PEOPLE, maintype="application", subtype="octet-stream", filename="people.csv")
    middle = message("Fwd: 转发的名单", "转给你。\n")
    middle.add_attachment(inner)
    outer = message("Fwd: Fwd: 转发的名单", "再转给你。\n")
    outer.add_attachment(middle)
    (FEW / "forwarded.eml").write_bytes(outer.as_bytes(policy=email.policy.SMTP))

    signed = message("密", "")
    signed.clear_content()
    signed["Content-Type"] = "application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"
    signed["Content-Transfer-Encoding"] = "base64"
    signed.set_payload("MIAGCSqGSIb3DQEHA6CAMIACAQA=\n")
    (FEW / "encrypted.eml").write_bytes(signed.as_bytes(policy=email.policy.SMTP))


def box(people: bytes, path: Path):
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
                m.add_attachment(people, maintype="text", subtype="csv", filename="people.csv")
            made.add(mailbox.mboxMessage(m))
        made.flush()
        lines = (Path(folder) / "box").read_bytes().split(b"\n")
    # The separators that Python writes tell the time of the run.
    stamp = b"From MAILER-DAEMON Fri Mar  1 02:00:00 2024"
    lines = [stamp if line.startswith(b"From MAILER-DAEMON ") else line for line in lines]
    path.write_bytes(b"\n".join(lines))


def outlook(people: bytes, path: Path, *, with_inner: bool):
    from aspose.email_foss import msg

    def parties(m):
        m.add_recipient("lisi@example.com", display_name="李四")

    inner = msg.MapiMessage.create("里面的名单", "见附件，电话 13600010004。")
    inner.set_property(msg.PropertyId.SENDER_EMAIL_ADDRESS, "wangwu@example.net")
    inner.set_property(msg.PropertyId.SENDER_NAME, "王五")
    parties(inner)
    inner.add_attachment("people.csv", people, mime_type="text/csv")
    outer = msg.MapiMessage.create("客户名单", "李四你好，名单在附件里。我的电话是 13800010001。")
    outer.set_property(msg.PropertyId.SENDER_EMAIL_ADDRESS, "zhangsan@example.com")
    outer.set_property(msg.PropertyId.SENDER_NAME, "张三")
    parties(outer)
    outer.add_attachment("名单.csv", people, mime_type="text/csv")
    if with_inner:
        outer.add_embedded_message_attachment(inner, filename="inner.msg")
    outer.save(path)


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
    attached(PEOPLE, OUT / "python.eml")
    box(PEOPLE, OUT / "python.mbox")
    outlook(PEOPLE, OUT / "aspose.msg", with_inner=False)
    settle(OUT)
    attached(FEW_PEOPLE, FEW / "attached.eml")
    special_messages()
    box(FEW_PEOPLE, FEW / "box.mbox")
    outlook(FEW_PEOPLE, FEW / "attached.msg", with_inner=True)
    in_code_page(FEW / "attached.msg", FEW / "gbk.msg")


if __name__ == "__main__":
    main()
