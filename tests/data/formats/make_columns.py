"""Makes the column stores and row files in `columns` from the people of `people.py`, and special cases in `few`.

Each is written by a library that people use, so that the readers are held to what is out there and not to each other. Needs pyarrow,
fastavro, cramjam and backports.zstd (PyPI).

    python3 make_columns.py
"""

import base64
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path

import fastavro
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc
import pyarrow.parquet as parquet
import pyarrow.parquet.encryption as encryption

from people import COLUMNS, FEW, few, people, settle

OUT = Path(__file__).parent / "columns"
ROWS = few()
MARK = b"0123456789abcdef"

# Avro allows only ASCII in names.
NAMES = ["name", "id_card", "mobile", "email", "address", "hotel_name", "room_no", "checkin_time", "checkout_time"]


def moment(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=timezone.utc)


def texts(rows: list[list[str]]) -> pa.Table:
    return pa.table({c: [row[i] for row in rows] for i, c in enumerate(COLUMNS)})


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


def all_types() -> pa.Table:
    """Every type there is: a value, another, and nothing."""
    union = [pa.array(["in a union", "x"]), pa.array([7, 8], pa.int16())]
    kinds = pa.array([0, 1, 0], pa.int8())
    day = date(2024, 5, 19)
    at = datetime(2024, 5, 19, 15, 52, 0, 250000)
    long = "longer than a view holds"
    return pa.table({
        "null": pa.nulls(3),
        "bool": pa.array([True, False, None]),
        **{f"i{n}": pa.array([-1, 2 ** (n - 1) - 1, None], f"int{n}") for n in (8, 16, 32, 64)},
        **{f"u{n}": pa.array([0, 2 ** n - 1, None], f"uint{n}") for n in (8, 16, 32, 64)},
        "half": pa.array([1.5, -0.25, None], pa.float16()),
        "float": pa.array([0.1, float("inf"), None], pa.float32()),
        "double": pa.array([13800138000.0, float("nan"), None], pa.float64()),
        **{f"d{n}": pa.array([Decimal("123.45"), Decimal("-7.00"), None], t)
           for n, t in [(32, pa.decimal32(9, 2)), (64, pa.decimal64(18, 2)), (128, pa.decimal128(38, 2)), (256, pa.decimal256(76, 2))]},
        "utf8": pa.array(["张\"伟", "", None], pa.utf8()),
        "large_utf8": pa.array(["a", "b,c", None], pa.large_utf8()),
        "utf8_view": pa.array(["short", long, None], pa.string_view()),
        "binary": pa.array([b"text", b"\x00\x01", None], pa.binary()),
        "large_binary": pa.array([b"text", b"", None], pa.large_binary()),
        "binary_view": pa.array([long.encode(), b"short", None], pa.binary_view()),
        "fixed": pa.array([b"abcd", b"efgh", None], pa.binary(4)),
        "uuid": pa.array([bytes(range(16)), b"\xab" * 16, None], pa.uuid()),
        "date32": pa.array([day, date(1, 1, 1), None], pa.date32()),
        "date64": pa.array([day, date(9999, 12, 31), None], pa.date64()),
        "time32": pa.array([time(15, 52), time(0, 0, 1), None], pa.time32("s")),
        "time64": pa.array([time(15, 52, 0, 1), time(0), None], pa.time64("us")),
        **{f"at_{u}": pa.array([at.replace(microsecond=0), datetime(1969, 12, 31, 23, 59, 59), None], pa.timestamp(u)) for u in ("s", "ns")},
        "at_zone": pa.array([at, datetime(1970, 1, 1), None], pa.timestamp("ms", "Asia/Shanghai")),
        "duration": pa.array([timedelta(seconds=90, milliseconds=500), timedelta(0), None], pa.duration("ms")),
        "interval": pa.array([(14, -3, 1_500_000_000), (0, 0, 0), None], pa.month_day_nano_interval()),
        "list": pa.array([[1, None], [], None], pa.list_(pa.int8())),
        "large_list": pa.array([["a"], ["b", "c"], None], pa.large_list(pa.utf8())),
        "fixed_list": pa.array([[1, 2], [3, None], None], pa.list_(pa.int8(), 2)),
        "list_view": pa.ListViewArray.from_arrays([1, 0, 0], [2, 1, 0], pa.array(["a", "b", "c"]), mask=pa.array([False, False, True])),
        "large_list_view": pa.array([[True], [], None], pa.large_list_view(pa.bool_())),
        "struct": pa.array([{"a": 1, "b": {"c": "x"}}, {"a": None, "b": None}, None], pa.struct([("a", pa.int8()), ("b", pa.struct([("c", pa.utf8())]))])),
        "map": pa.array([[("k", 1), ("l", None)], [], None], pa.map_(pa.utf8(), pa.int8())),
        "map_of_numbers": pa.array([[(1, "x")], [(-2, None)], None], pa.map_(pa.int32(), pa.utf8())),
        "dense": pa.UnionArray.from_dense(kinds, pa.array([0, 1, 1], pa.int32()), union),
        "sparse": pa.UnionArray.from_sparse(kinds, [pa.array(["s", None, None]), pa.array([0, 9, 0], pa.int64())]),
        "dictionary": pa.array(["b", "a", None]).dictionary_encode(),
        "dictionary_u8": pa.DictionaryArray.from_arrays(pa.array([1, 1, 0], pa.uint8()), pa.array([2.5, 3.5])),
        "dictionaries": pa.DictionaryArray.from_arrays(
            pa.array([1, 0, None], pa.int8()), pa.array([["in", "a"], ["list"]], pa.list_(pa.utf8())).cast(pa.list_(pa.dictionary(pa.int8(), pa.utf8())))),
        "runs": pa.RunEndEncodedArray.from_arrays(pa.array([1, 2, 3], pa.int16()), pa.array(["p", "q", None])),
    })


def by_batch() -> tuple[pa.Schema, list[pa.RecordBatch]]:
    """Batches whose dictionaries grow, stay and are others, as a stream may have them."""
    schema = pa.schema([("姓名", pa.dictionary(pa.int32(), pa.utf8()))])
    names = [["张伟", "王芳"], ["张伟", "王芳", "李娜"], ["张伟", "王芳", "李娜"], ["赵敏"]]
    batches = [pa.record_batch([pa.DictionaryArray.from_arrays(pa.array(range(len(n)), pa.int32()), pa.array(n))], schema=schema) for n in names]
    return schema, batches


def arrow_files() -> None:
    for codec in ["none", "lz4", "zstd"]:
        options = ipc.IpcWriteOptions(compression=None if codec == "none" else codec)
        with ipc.new_file(FEW / f"people-{codec}.arrow", texts(ROWS).schema, options=options) as out:
            out.write_table(texts(ROWS), max_chunksize=25)
    feather.write_feather(texts(ROWS), FEW / "people.feather")
    feather.write_feather(texts(ROWS), FEW / "people-1.feather", version=1)
    for name, table in [("typed", typed()), ("nested", nested())]:
        with ipc.new_stream(FEW / f"{name}.arrows", table.schema) as out:
            out.write_table(table, max_chunksize=33)
    for name, table in [("typed-zstd", typed()), ("types-lz4", all_types())]:
        codec = name.split("-")[1]
        with ipc.new_file(FEW / f"{name}.arrow", table.schema, options=ipc.IpcWriteOptions(compression=codec)) as out:
            out.write_table(table, max_chunksize=33)
    with ipc.new_stream(FEW / "types.arrows", all_types().schema) as out:
        out.write_table(all_types(), max_chunksize=2)
    old = ipc.IpcWriteOptions(metadata_version=ipc.MetadataVersion.V4, use_legacy_format=True)
    with ipc.new_file(FEW / "people-old.arrow", texts(ROWS).schema, options=old) as out:
        out.write_table(texts(ROWS), max_chunksize=40)
    schema, batches = by_batch()
    for name, is_more in [("replaced", False), ("grown", True)]:
        with ipc.new_stream(FEW / f"{name}.arrows", schema, options=ipc.IpcWriteOptions(emit_dictionary_deltas=is_more)) as out:
            for batch in batches:
                out.write_batch(batch)


def parquet_files() -> None:
    """As pyarrow writes them by itself, without dictionaries, and with another codec in each column."""
    table = texts(people())
    parquet.write_table(table, OUT / "pyarrow.parquet")
    parquet.write_table(table, OUT / "pyarrow-plain.parquet", compression="none", use_dictionary=False)
    codecs = ["none", "snappy", "gzip", "zstd", "lz4", "brotli", "snappy", "zstd", "gzip"]
    parquet.write_table(table, OUT / "pyarrow-codecs.parquet", compression=dict(zip(COLUMNS, codecs)), use_dictionary=COLUMNS[5:],
                        data_page_version="2.0", row_group_size=300, data_page_size=1 << 12)


def ipc_files() -> None:
    """The file and the stream of Arrow."""
    table = texts(people())
    for name, codec in [("pyarrow.arrow", None), ("pyarrow-zstd.feather", "zstd"), ("pyarrow-lz4.feather", "lz4")]:
        with ipc.new_file(OUT / name, table.schema, options=ipc.IpcWriteOptions(compression=codec)) as out:
            out.write_table(table, max_chunksize=300)
    with ipc.new_stream(OUT / "pyarrow.arrows", table.schema) as out:
        out.write_table(table, max_chunksize=300)


def special_parquet() -> None:
    for codec in ["snappy", "gzip"]:
        parquet.write_table(texts(ROWS), FEW / f"people-{codec}.parquet", compression=codec)
    parquet.write_table(texts(ROWS), FEW / "people-v2.parquet", compression="zstd", data_page_version="2.0", row_group_size=17,
                        use_dictionary=False, column_encoding={c: "DELTA_BYTE_ARRAY" for c in COLUMNS})
    parquet.write_table(typed(), FEW / "typed.parquet", row_group_size=30)
    parquet.write_table(typed(), FEW / "int96.parquet", use_deprecated_int96_timestamps=True, data_page_size=64)
    parquet.write_table(nested(), FEW / "nested.parquet", row_group_size=30, data_page_size=64)


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
    table = texts(ROWS).rename_columns([f"c{i}" for i in range(len(COLUMNS))])
    factory = encryption.CryptoFactory(Keys)
    for name, is_plain in [("encrypted", False), ("encrypted-columns", True)]:
        configuration = encryption.EncryptionConfiguration(
            footer_key="f", column_keys={"k": ["c1", "c2"]}, plaintext_footer=is_plain, data_key_length_bits=128)
        properties = factory.file_encryption_properties(encryption.KmsConnectionConfig(), configuration)
        with parquet.ParquetWriter(FEW / f"{name}.parquet", table.schema, encryption_properties=properties) as out:
            out.write_table(table)


def avro_files() -> None:
    plain = {"type": "record", "name": "Guest", "fields": [{"name": name, "type": "string"} for name in NAMES]}
    for out, rows, codecs in [(OUT / "fastavro", people(), ["null", "deflate", "snappy", "zstandard", "bzip2", "xz"]),
                              (FEW / "people", ROWS, ["null", "deflate", "snappy"])]:
        records = [dict(zip(NAMES, row)) for row in rows]
        for codec in codecs:
            with open(f"{out}-{codec}.avro", "wb") as file:
                fastavro.writer(file, plain, records, codec=codec, sync_interval=2000 if rows is ROWS else 16000, sync_marker=MARK)
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
    with open(FEW / "nested.avro", "wb") as out:
        fastavro.writer(out, nested, records, codec="deflate", sync_marker=MARK)


if __name__ == "__main__":
    OUT.mkdir(exist_ok=True)
    for make in [parquet_files, ipc_files, special_parquet, encrypted_files, arrow_files, avro_files]:
        make()
    settle(OUT)
