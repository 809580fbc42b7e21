"""Writes the test files of this folder; see SOURCE. All values are invented by
the formulas below, which foreign_test.go repeats.

    python3 -m venv /tmp/v && /tmp/v/bin/pip install pyarrow duckdb
    /tmp/v/bin/python generate.py
"""
import datetime as dt
from decimal import Decimal

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

N = 60


def null(i, k):
    return (i * k) % 11 == 3


def col(typ, k, f):
    return pa.array([None if null(i, k) else f(i) for i in range(N)], typ)


def n(i):  # -1000..1000, all over the place
    return (i * 7919) % 2001 - 1000


EPOCH = dt.datetime(1970, 1, 1)
texts = lambda i: "" if i % 13 == 0 else "väl-%d" % (n(i) % 17)
plain = lambda i: "row %d of %d" % (i, n(i))
types = {
    "text": col(pa.string(), 1, texts),
    "large": col(pa.large_string(), 2, plain),
    "i8": col(pa.int8(), 3, lambda i: n(i) % 100 - 50),
    "i16": col(pa.int16(), 4, n),
    "i32": col(pa.int32(), 5, lambda i: n(i) * 1000003),
    "i64": col(pa.int64(), 6, lambda i: n(i) * 1000000000039),
    "u8": col(pa.uint8(), 7, lambda i: i % 256),
    "u32": col(pa.uint32(), 8, lambda i: 4294967295 - i),
    "u64": col(pa.uint64(), 9, lambda i: 9223372036854775777 + i),
    "dec32": col(pa.decimal128(7, 2), 1, lambda i: Decimal(n(i) * 37).scaleb(-2)),
    "dec64": col(pa.decimal128(16, 4), 2, lambda i: Decimal(n(i) * 370000001).scaleb(-4)),
    "dec128": col(pa.decimal128(25, 3), 3, lambda i: Decimal(n(i) * 37).scaleb(-3)),
    "wide": col(pa.decimal128(38, 6), 4, lambda i: Decimal(n(i) * 10**27).scaleb(-6)),
    "dec256": col(pa.decimal256(60, 2), 5, lambda i: Decimal(n(i) * 37).scaleb(-2)),
    "ts_s": col(pa.timestamp("s"), 6, lambda i: EPOCH + dt.timedelta(seconds=n(i) * 100003)),
    "ts_ms": col(pa.timestamp("ms"), 7, lambda i: EPOCH + dt.timedelta(milliseconds=n(i) * 100003)),
    "ts_us": col(pa.timestamp("us"), 8, lambda i: EPOCH + dt.timedelta(microseconds=n(i) * 100003)),
    "ts_ns": pa.array([None if null(i, 9) else n(i) * 100003 for i in range(N)], pa.int64()).cast(pa.timestamp("ns")),
    "ts_utc": col(pa.timestamp("us", "UTC"), 1, lambda i: EPOCH + dt.timedelta(microseconds=n(i))),
    "date": col(pa.date32(), 2, lambda i: dt.date(1970, 1, 1) + dt.timedelta(days=n(i))),
    "f32": col(pa.float32(), 3, lambda i: n(i) / 8),
    "f64": col(pa.float64(), 4, lambda i: n(i) / 1024),
    "bool": col(pa.bool_(), 5, lambda i: i % 3 == 0),
    "raw": col(pa.binary(), 6, lambda i: b"x%d" % i),
    "time": col(pa.time32("ms"), 7, lambda i: dt.time(1, 2, i % 60)),
    "nothing": pa.array([None] * N, pa.null()),
    "struct": pa.array([{"a": i, "b": {"c": "x"}} for i in range(N)]),
    "list": pa.array([[1, 2]] * N),
    "last": col(pa.int64(), 1, n),
}
same = dict(store_schema=False, write_statistics=False)
table = pa.table(types)
pq.write_table(table, "arrow_types.parquet", compression="zstd", **same)

flat = table.select([c for c in table.column_names if c in (
    "text", "large", "i32", "i64", "dec32", "dec128", "wide", "ts_us", "date", "f64")])
pq.write_table(flat, "arrow_v2_integers.parquet", compression="snappy", data_page_version="2.0",
               store_decimal_as_integer=True, use_dictionary=False, write_page_checksum=True,
               data_page_size=100, write_batch_size=10, row_group_size=45, **same)
pq.write_table(flat, "arrow_encodings.parquet", compression="none", use_dictionary=False,
               data_page_version="2.0", column_encoding={
                   "text": "DELTA_BYTE_ARRAY", "large": "DELTA_LENGTH_BYTE_ARRAY", "i32": "BYTE_STREAM_SPLIT",
                   "i64": "DELTA_BINARY_PACKED", "dec32": "BYTE_STREAM_SPLIT", "dec128": "DELTA_BYTE_ARRAY",
                   "wide": "BYTE_STREAM_SPLIT", "ts_us": "BYTE_STREAM_SPLIT", "date": "DELTA_BINARY_PACKED",
                   "f64": "BYTE_STREAM_SPLIT"}, **same)
few = table.select(["text", "dec128"])
for codec in ("snappy", "gzip", "brotli", "lz4"):
    for version in ("1.0", "2.0"):
        pq.write_table(few, "arrow_%s_v%s.parquet" % (codec, version[0]), compression=codec,
                       data_page_version=version, **same)
pq.write_table(table.select(["text", "last"]).slice(0, 0), "arrow_empty.parquet", **same)

con = duckdb.connect()
con.register("t", flat.append_column("dec64", table["dec64"]).append_column("u64", table["u64"])
             .append_column("ts_ns", table["ts_ns"]).append_column("struct", table["struct"]).append_column(
                 "last", table["last"]))
con.execute("copy t to 'duckdb_v1.parquet' (format parquet, codec zstd)")
con.execute("copy t to 'duckdb_v2.parquet' (format parquet, codec lz4_raw, parquet_version v2)")
