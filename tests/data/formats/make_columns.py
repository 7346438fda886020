"""Makes the column stores and row files in `columns` from the people of `people.py`.

Each is written by a library that people use, so that the readers are held to what is out there and not to each other. The
committed files are of pyarrow 26.0 and fastavro 1.13 with cramjam 2.14 and backports.zstd.

    python3 make_columns.py
"""

import base64
from datetime import datetime, timezone
from decimal import Decimal
from pathlib import Path

import fastavro
import pyarrow as pa
import pyarrow.parquet as parquet
import pyarrow.parquet.encryption as encryption

from people import COLUMNS, people

OUT = Path(__file__).parent / "columns"
ROWS = people()
MARK = b"0123456789abcdef"

# Avro allows only ASCII in names.
NAMES = ["name", "id_card", "mobile", "email", "address", "hotel_name", "room_no", "checkin_time", "checkout_time"]


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)


def texts() -> pa.Table:
    return pa.table({c: [row[i] for row in ROWS] for i, c in enumerate(COLUMNS)})


def typed() -> pa.Table:
    """Every value in a type of its own; one value a row."""
    return pa.table({
        "姓名": pa.array([r[0] for r in ROWS]).dictionary_encode(),
        "身份证号": pa.array([r[1].encode() for r in ROWS], pa.binary()),
        "手机号": pa.array([int(r[2]) for r in ROWS], pa.int64()),
        "邮箱": pa.array([r[3] for r in ROWS], pa.string()),
        "地址": pa.array([r[4] for r in ROWS], pa.large_string()),
        "酒店名称": pa.array([r[5] for r in ROWS], pa.string_view()),
        "房号": pa.array([Decimal(r[6]) for r in ROWS], pa.decimal128(12, 2)),
        "入住时间": pa.array([moment(r[7]) for r in ROWS], pa.timestamp("ms", "Asia/Shanghai")),
        "退房时间": pa.array([moment(r[8]) for r in ROWS], pa.timestamp("us")),
        "满意": pa.array([None if i % 3 else True for i in range(len(ROWS))]),
    })


def nested() -> pa.Table:
    """Records, lists and maps; a telephone number as a real; bytes that are no text."""
    return pa.table({
        "客人": pa.array([{"姓名": r[0], "身份证号": r[1]} for r in ROWS]),
        "手机号": pa.array([float(r[2]) for r in ROWS], pa.float64()),
        "邮箱": pa.array([[r[3]] for r in ROWS], pa.list_(pa.string())),
        "住址": pa.array([[("地址", r[4])] for r in ROWS], pa.map_(pa.string(), pa.string())),
        "酒店名称": pa.array([r[5] for r in ROWS]),
        "房号": pa.array([int(r[6]) for r in ROWS], pa.uint16()),
        "入住时间": pa.array([moment(r[7]) for r in ROWS], pa.timestamp("ns")),
        "退房时间": pa.array([moment(r[8]) for r in ROWS], pa.timestamp("s")),
        "空": pa.array([[None, []][i % 2] for i in range(len(ROWS))], pa.list_(pa.struct([("a", pa.int32())]))),
        "签名": pa.array([b"\x01\x02" for _ in ROWS], pa.binary()),
    })


def parquet_files() -> None:
    for codec in ["none", "snappy", "gzip", "zstd", "lz4", "brotli"]:
        parquet.write_table(texts(), OUT / f"people-{codec}.parquet", compression=codec)
    parquet.write_table(texts(), OUT / "people-v2.parquet", compression="zstd", data_page_version="2.0", row_group_size=17,
                        use_dictionary=False, column_encoding={c: "DELTA_BYTE_ARRAY" for c in COLUMNS})
    parquet.write_table(typed(), OUT / "typed.parquet", row_group_size=30)
    parquet.write_table(typed(), OUT / "int96.parquet", use_deprecated_int96_timestamps=True, data_page_size=64)
    parquet.write_table(nested(), OUT / "nested.parquet", row_group_size=30, data_page_size=64)


class Keys(encryption.KmsClient):
    """Keeps keys in the file itself: nothing in there is a secret."""

    def __init__(self, _) -> None:
        super().__init__()

    def wrap_key(self, key: bytes, _) -> bytes:
        return base64.b64encode(key)

    def unwrap_key(self, wrapped: bytes, _) -> bytes:
        return base64.b64decode(wrapped)


def encrypted_files() -> None:
    """The second and third column under a key, and in the first file the footer. Keys are drawn anew, so the bytes differ each time."""
    table = texts().rename_columns([f"c{i}" for i in range(len(COLUMNS))])
    factory = encryption.CryptoFactory(Keys)
    for name, is_plain in [("encrypted", False), ("encrypted-columns", True)]:
        configuration = encryption.EncryptionConfiguration(
            footer_key="f", column_keys={"k": ["c1", "c2"]}, plaintext_footer=is_plain, data_key_length_bits=128)
        properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), configuration)
        with parquet.ParquetWriter(OUT / f"{name}.parquet", table.schema, encryption_properties=properties) as out:
            out.write_table(table)


def avro_files() -> None:
    plain = {"type": "record", "name": "Guest", "fields": [{"name": name, "type": "string"} for name in NAMES]}
    records = [dict(zip(NAMES, row)) for row in ROWS]
    for codec in ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"]:
        with open(OUT / f"people-{codec}.avro", "wb") as out:
            fastavro.writer(out, plain, records, codec=codec, sync_interval=2000, sync_marker=MARK)
    nested = {"type": "record", "name": "Guest", "namespace": "hotel", "fields": [
        {"name": "name", "type": ["null", "string"]},
        {"name": "paper", "type": {"type": "record", "name": "Paper", "fields": [
            {"name": "id_card", "type": "string"},
            {"name": "kind", "type": {"type": "enum", "name": "Kind", "symbols": ["ID", "OTHER"]}}]}},
        {"name": "mobile", "type": "long"},
        {"name": "email", "type": {"type": "array", "items": "string"}},
        {"name": "home", "type": {"type": "map", "values": "string"}},
        {"name": "hotel_name", "type": "bytes"},
        {"name": "room_no", "type": {"type": "bytes", "logicalType": "decimal", "precision": 8, "scale": 2}},
        {"name": "checkin_time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "checkout_time", "type": ["null", {"type": "long", "logicalType": "timestamp-micros"}]},
        {"name": "second", "type": ["null", "Paper"]},
        {"name": "hash", "type": {"type": "fixed", "name": "Hash", "size": 4}},
        {"name": "score", "type": "double"},
    ]}
    records = [{
        "name": r[0], "paper": {"id_card": r[1], "kind": "ID"}, "mobile": int(r[2]), "email": [r[3]], "home": {"address": r[4]},
        "hotel_name": r[5].encode(), "room_no": Decimal(r[6]), "checkin_time": moment(r[7]), "checkout_time": moment(r[8]),
        "second": None, "hash": b"\0\1\2\3", "score": 0.5,
    } for r in ROWS]
    with open(OUT / "nested.avro", "wb") as out:
        fastavro.writer(out, nested, records, codec="deflate", sync_marker=MARK)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for make in [parquet_files, encrypted_files, avro_files]:
        make()
