"""Writes the people of `people.py` as tables of text, JSON, dumps of databases and logs, by other programs, into `text`.

Needs SQLite (`sqlite3`), PostgreSQL (`pg_virtualenv`, which starts a server for a moment), MariaDB (`mariadbd`, likewise), `iconv`
and LibreOffice (`soffice`), and pandas, logfmter, python-json-logger, vobject, ldif and PyYAML (PyPI).

    python3 make_text.py
"""

import io
import logging
import os
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import ldif
import logfmter
import pandas
import vobject
import yaml
from pythonjsonlogger.json import JsonFormatter

from people import COLUMNS, HERE, people, settle

OUT = HERE / "text"
SOURCE = HERE / "people.csv"
TAGS = ["guest_name", "id_card", "mobile", "email", "address", "hotel_name", "room_no", "checkin_time", "checkout_time"]
TABLE = "住客"


def run(*command, **more) -> bytes:
    return subprocess.run([str(c) for c in command], check=True, stdout=subprocess.PIPE, **more).stdout


def tables() -> None:
    for encoding in ["GB18030", "UTF-16"]:
        (OUT / f"iconv-{encoding.lower()}.csv").write_bytes(run("iconv", "-f", "UTF-8", "-t", encoding, SOURCE))
    columns = "/".join(f"{n}/2" for n in range(1, len(COLUMNS) + 1))
    with tempfile.TemporaryDirectory() as folder:
        # Semicolons, and quotes around everything.
        run("soffice", "--headless", f"-env:UserInstallation=file://{folder}/profile", f"--infilter=CSV:44,34,76,1,{columns},0,true",
            "--convert-to", "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,true", "--outdir", folder, SOURCE)
        shutil.copy(Path(folder) / "people.csv", OUT / "libreoffice.csv")
    frame = pandas.DataFrame(people(), columns=COLUMNS)
    frame.to_json(OUT / "pandas.jsonl", orient="records", lines=True)
    frame.to_json(OUT / "pandas-columns.json")
    frame.to_json(OUT / "pandas-split.json", orient="split")


def sqlite(folder: Path) -> None:
    path = folder / "people.db"
    run("sqlite3", path, ".mode csv", f".import '{SOURCE}' {TABLE}")
    (OUT / "sqlite.sql").write_bytes(run("sqlite3", path, ".dump"))
    (OUT / "sqlite.json").write_bytes(run("sqlite3", "-json", path, f"SELECT * FROM {TABLE}"))
    (OUT / "sqlite-line.txt").write_bytes(run("sqlite3", "-line", path, f"SELECT * FROM {TABLE}"))
    (OUT / "sqlite.txt").write_bytes(run("sqlite3", "-header", "-separator", "|", path, f"SELECT * FROM {TABLE}"))


def postgres(folder: Path) -> None:
    columns = ", ".join(f"{c} text" for c in COLUMNS)
    fill = folder / "fill.sql"
    fill.write_text(f"CREATE TABLE {TABLE} ({columns});\n\\copy {TABLE} FROM '{SOURCE}' CSV HEADER\n", encoding="utf-8")
    steps = [
        f"psql -q -f {fill}",
        f"pg_dump > {OUT}/postgres-copy.sql",
        f"pg_dump --inserts --rows-per-insert=50 > {OUT}/postgres-inserts.sql",
        f"psql -At -c 'SELECT row_to_json(t) FROM {TABLE} t' > {OUT}/postgres.jsonl",
        f"psql -x -c 'SELECT * FROM {TABLE}' > {OUT}/psql-expanded.txt",
    ]
    run("pg_virtualenv", "-o", "timezone=UTC", "sh", "-ec", "\n".join(steps), env={**os.environ, "LC_ALL": "C.UTF-8"})


def mariadb(folder: Path) -> None:
    data, socket = folder / "data", folder / "socket"
    user = "--user=root" if os.geteuid() == 0 else "--console"
    run("mariadb-install-db", "--no-defaults", f"--datadir={data}", user, "--auth-root-authentication-method=normal", "--skip-test-db")
    server = subprocess.Popen(["mariadbd", "--no-defaults", f"--datadir={data}", f"--socket={socket}", user, "--skip-networking"])
    try:
        client = [f"--socket={socket}", "--user=root", "--default-character-set=utf8mb4"]
        for _ in range(100):
            if socket.exists() and subprocess.run(["mariadb", *client, "-e", "SELECT 1"], check=False, stdout=subprocess.DEVNULL).returncode == 0:
                break
            time.sleep(0.2)
        columns = ", ".join(f"`{c}` {'datetime' if c.endswith('时间') else 'varchar(200)'} COMMENT '{c}'" for c in COLUMNS)
        fill = (f"CREATE DATABASE hotel CHARACTER SET utf8mb4; USE hotel; CREATE TABLE `{TABLE}` (`id` int PRIMARY KEY AUTO_INCREMENT, "
                f"{columns}, `备注` text); LOAD DATA LOCAL INFILE '{SOURCE}' INTO TABLE `{TABLE}` CHARACTER SET utf8mb4 "
                f"FIELDS TERMINATED BY ',' OPTIONALLY ENCLOSED BY '\"' IGNORE 1 LINES ({','.join(f'`{c}`' for c in COLUMNS)});")
        run("mariadb", "--local-infile=1", *client, input=fill.encode())
        (OUT / "mariadb.sql").write_bytes(run("mariadb-dump", *client, "--skip-dump-date", "hotel"))
        (OUT / "mariadb.tsv").write_bytes(run("mariadb", *client, "--batch", "hotel", "-e", f"SELECT * FROM `{TABLE}`"))
        (OUT / "mariadb-vertical.txt").write_bytes(run("mariadb", *client, "--vertical", "hotel", "-e", f"SELECT * FROM `{TABLE}`"))
    finally:
        server.terminate()
        server.wait()


def entries() -> None:
    """A card, an entry of a directory and a member of a list for each; what these formats have no name for has one of its own."""
    cards, directory = [], io.BytesIO()
    writer = ldif.LDIFWriter(directory)
    for number, row in enumerate(people()):
        fields = dict(zip(TAGS, row))
        card = vobject.vCard()
        card.add("fn").value = fields["guest_name"]
        card.add("n").value = vobject.vcard.Name(family=fields["guest_name"][0], given=fields["guest_name"][1:])
        phone = card.add("tel")
        phone.value, phone.type_param = fields["mobile"], "CELL"
        card.add("email").value = fields["email"]
        card.add("adr").value = vobject.vcard.Address(street=fields["address"])
        for tag in ["id_card", "hotel_name", "room_no", "checkin_time", "checkout_time"]:
            card.add(f"x-{tag.replace('_', '-')}").value = fields[tag]
        cards.append(card.serialize())
        names = {"guest_name": "cn", "email": "mail", "address": "homePostalAddress"}
        entry = {names.get(tag, tag.replace("_", "-")): [value] for tag, value in fields.items()}
        writer.unparse(f"uid=guest{number},ou=guests,dc=example,dc=org", {"objectClass": ["inetOrgPerson"], **entry})
    (OUT / "vobject.vcf").write_text("".join(cards), encoding="utf-8", newline="")
    (OUT / "ldif.ldif").write_bytes(directory.getvalue())
    rows = [dict(zip(TAGS, row)) for row in people()]
    with (OUT / "pyyaml.yaml").open("w", encoding="utf-8") as out:
        yaml.safe_dump({"hotel": {"guests": rows}}, out, allow_unicode=True, sort_keys=False)


def logs() -> None:
    def write(name: str, formatter: logging.Formatter) -> None:
        out = io.StringIO()
        handler = logging.StreamHandler(out)
        handler.setFormatter(formatter)
        logger = logging.Logger(name)
        logger.addHandler(handler)
        for row in people():
            logger.info("checkin", extra=dict(zip(TAGS, row)))
        (OUT / name).write_text(out.getvalue(), encoding="utf-8")

    write("logfmter.log", logfmter.Logfmter(keys=["level"], mapping={"level": "levelname"}))

    class Prefixed(JsonFormatter):
        def format(self, record):
            return f"2024-03-01 10:00:00,123 INFO [main] guests - {super().format(record)}"

    write("json.log", Prefixed(json_ensure_ascii=False))


def main() -> None:
    OUT.mkdir(exist_ok=True)
    tables()
    for make in [sqlite, postgres, mariadb]:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            make(Path(folder))
    logs()
    entries()
    settle(OUT)


if __name__ == "__main__":
    main()
