"""Makes `columns/pymongo.bson` from the people of `people.py`, and special cases in `few`.

Documents are written by the `bson` module of pymongo (PyPI). Of archives (`mongodump --archive`) there is no other writer than that
program: `few/turns.archive` is put together here, as `common/archive/spec.md` of mongo-tools describes them.

    python3 make_bson.py
"""

from datetime import datetime, timezone
from pathlib import Path

import bson
from bson import Binary, Code, DBRef, Decimal128, Int64, MaxKey, MinKey, ObjectId, Regex, Timestamp

from people import COLUMNS, FEW, few, people, settle

OUT = Path(__file__).parent / "columns"
ROWS = few()
MARK = b"\xff\xff\xff\xff"


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)


def identity(i: int) -> ObjectId:
    """The same in each run."""
    return ObjectId(f"65a1{i:04x}c0ffee00000000aa")


def documents(rows: list[list[str]]) -> list[bytes]:
    return [bson.encode({"_id": identity(i), **dict(zip(COLUMNS, row))}) for i, row in enumerate(rows)]


def nested() -> list[bytes]:
    """Documents and arrays in each other, numbers and times in types of their own, and each of the other types."""
    return [bson.encode({
        "_id": identity(i),
        "客人": {"姓名": r[0], "证件": {"身份证号": r[1]}},
        "手机号": Int64(r[2]) if i % 2 else float(r[2]),
        "邮箱": [r[3]],
        "住址": {"地址": r[4]},
        "酒店名称": Binary(r[5].encode()),
        "房号": Decimal128(r[6]) if i % 2 else int(r[6]),
        "入住时间": moment(r[7]),
        "退房时间": Timestamp(moment(r[8]), 1),
        "空": [None, {}, []][i % 3],
        "真": i % 2 == 0,
        "查询": Regex("^a", "i"),
        "旧": DBRef("rooms", identity(1)),
        "码": Code("f()", {"x": 1}),
        "两端": [MinKey(), MaxKey()],
        "签名": Binary(b"\x01\x02"),
    }) for i, r in enumerate(ROWS)]


def checksum(content: bytes) -> int:
    """CRC-64 by ECMA-182, the lowest bit first."""
    value = (1 << 64) - 1
    for byte in content:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (0xC96C5795D7870F42 if value & 1 else 0)
    return value ^ (1 << 64) - 1


def heading(database: str, collection: str, crc: int | None = None) -> bytes:
    signed = (crc or 0) - (1 << 64 if (crc or 0) >> 63 else 0)
    return bson.encode({"db": database, "collection": collection, "EOF": crc is not None, "CRC": Int64(signed)})


def archive() -> bytes:
    """The people in one collection and their hotels in another, which take turns, and a third without a document."""
    guests = documents(ROWS)
    rooms = [bson.encode({"_id": identity(i), "floor": int(r[6]) // 100}) for i, r in enumerate(ROWS[:6])]
    header = {"concurrent_collections": 4, "version": "0.1", "server_version": "7.0.14", "tool_version": "100.10.0"}
    names = ["guests", "rooms", "waiting"]
    described = [bson.encode({"db": "hotel", "collection": n, "metadata": '{"indexes":[],"collectionName":"%s","type":"collection"}' % n,
                              "size": 0, "type": "collection"}) for n in names]
    parts = [b"\x6d\xe2\x99\x81", bson.encode(header), *described, MARK]
    for name, some in [("guests", guests[:30]), ("rooms", rooms[:4]), ("guests", guests[30:75]), ("rooms", rooms[4:]), ("guests", guests[75:])]:
        parts += [heading("hotel", name), *some, MARK]
    for name, all_of_it in zip(names, [guests, rooms, []]):
        parts += [heading("hotel", name, checksum(b"".join(all_of_it))), MARK]
    return b"".join(parts)


if __name__ == "__main__":
    (OUT / "pymongo.bson").write_bytes(b"".join(documents(people())))
    (FEW / "nested.bson").write_bytes(b"".join(nested()))
    (FEW / "turns.archive").write_bytes(archive())
    settle(OUT)
