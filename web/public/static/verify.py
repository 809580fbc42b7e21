import base64, datetime, hashlib, json, os, sys

def sha(b):
    return "sha256:" + hashlib.sha256(b).hexdigest()

def canonical(v):                                     # RFC 8785 for texts and whole numbers
    if isinstance(v, dict):
        names = sorted(v, key=lambda n: n.encode("utf-16-be"))
        return "{" + ",".join(canonical(n) + ":" + canonical(v[n]) for n in names) + "}"
    if isinstance(v, list):
        return "[" + ",".join(map(canonical, v)) + "]"
    if isinstance(v, float) or isinstance(v, int) and abs(v) > 2**53:
        raise ValueError(v)
    return json.dumps(v, ensure_ascii=False)

P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

def add(a, b):                                        # points (x, y, z, t) of the curve
    x, y = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    z, t = 2 * a[2] * b[2] % P, 2 * a[3] * b[3] * D % P
    e, f, g, h = y - x, z - t, z + t, y + x
    return e * f % P, g * h % P, f * g % P, e * h % P

def times(n, a):
    out = (0, 1, 1, 0)
    while n:
        if n & 1:
            out = add(out, a)
        a, n = add(a, a), n >> 1
    return out

def point(b):
    n = int.from_bytes(b, "little")
    y, sign = n % 2**255, n >> 255
    xx = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(xx, (P + 3) // 8, P)
    if (x * x - xx) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    assert y < P and (x * x - xx) % P == 0 and (x or not sign)
    if x & 1 != sign:
        x = P - x
    return x, y, 1, x * y % P

BASE = point((4 * pow(5, P - 2, P) % P).to_bytes(32, "little"))

def signed(public, text, sig):
    r, s = sig[:32], int.from_bytes(sig[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + public + text).digest(), "little") % L
    a, b = times(s, BASE), add(point(r), times(h, point(public)))
    return s < L and (a[0] * b[2] - b[0] * a[2]) % P == 0 and (a[1] * b[2] - b[1] * a[2]) % P == 0

def check(ok, name, why):
    if not ok:
        sys.exit(f"does not hold: {name}: {why}")

folder, key = sys.argv[1], sys.argv[2]

def read(name):                                       # what is no plain file is neither followed nor waited for
    at = os.path.join(folder, name)
    check(os.path.isfile(at) and not os.path.islink(at), name, "missing, or no plain file")
    return open(at, "rb").read()

def content(name, members):
    b = read(name)
    try:
        v = json.loads(b)
        good = canonical(v).encode() == b and set(v) == set(members.split())
    except (ValueError, TypeError, RecursionError):
        good = False
    check(good, name, "not the canonical JSON of this file")
    return v

def ids(file, records):                               # sorted by the bytes of UTF-8, each once
    good = isinstance(records, list) and all(isinstance(r, dict) and isinstance(r.get("id"), str) and r["id"].strip() for r in records)
    check(good, file, "a record without id")
    out = [r["id"] for r in records]
    check(out == sorted(set(out), key=lambda i: i.encode()), file, "not sorted, or an id twice")
    return out

def isday(text):
    try:
        return str(datetime.date.fromisoformat(text)) == text
    except (ValueError, TypeError):
        return False

index = content("index.json", "key editions")
check(index["key"] == key, "index.json", "another key")
name, keyhash, public = key.split("+", 2)
public = base64.b64decode(public)[1:]
records, prev, day, known = {}, "", "", {"index.json"}
for n, e in enumerate(index["editions"], 1):
    good = isinstance(e, dict) and set(e) == {"edition", "day", "list", "delta"} and e["edition"] == n and isday(e["day"])
    check(good and (n > 1 or e["delta"] == ""), "index.json", f"entry {n}")
    files = [f"list-{n}.json", f"list-{n}.note"] + ([f"delta-{n}.json"] if n > 1 else [])
    known.update(files)
    check(sha(read(files[0])) == e["list"], files[0], "another hash than in index.json")
    text = f"fundwatch list\nedition {n}\nday {e['day']}\n{e['list']}\n".encode()
    line = read(files[1])[len(text) + 1:].decode().split(" ")
    sig = base64.b64decode(line[2]) if len(line) == 3 else b""
    spelled = text + f"\n— {name} {base64.b64encode(sig).decode()}\n".encode()
    check(read(files[1]) == spelled and sig[:4].hex() == keyhash, files[1], "another note")
    check(signed(public, text, sig[4:]), files[1], "the signature does not hold")
    whole = content(files[0], "edition day prev records")
    check(e["edition"] == whole["edition"] == n and whole["day"] == e["day"] >= day, files[0], "number or day")
    check(whole["prev"] == prev, files[0], "prev")
    ids(files[0], whole["records"])
    if n == 1:
        records = {r["id"]: r for r in whole["records"]}
    else:
        check(sha(read(files[2])) == e["delta"], files[2], "another hash than in index.json")
        d = content(files[2], "edition day prev added changed removed")
        once = ids(files[2], d["added"]) + ids(files[2], d["changed"]) + ids(files[2], d["removed"])
        check(0 < len(once) == len(set(once)), files[2], "no id, or one twice")
        check(not any(r["id"] in records for r in d["added"]), files[2], "adds what is there")
        check(all(r["id"] in records and canonical(r) != canonical(records[r["id"]]) for r in d["changed"]), files[2], "changes nothing")
        for r in d["removed"]:
            good = set(r) == {"id", "reason", "day"} and isday(r["day"]) and isinstance(r["reason"], str) and r["reason"].strip()
            check(good and records.pop(r["id"], None), files[2], "a removal without reason, day or record")
        records.update((r["id"], r) for r in d["changed"] + d["added"])
        check((d["edition"], d["day"], d["prev"]) == (n, e["day"], prev), files[2], "number, day or prev")
    made = [records[i] for i in sorted(records, key=lambda i: i.encode())]
    check(canonical(made) == canonical(whole["records"]), files[0], "list and delta before it do not give it")
    prev, day = e["list"], e["day"]
for f in sorted(os.listdir(folder)):
    check(f in known, f, "belongs to no edition")
print(f"holds: {len(index['editions'])} editions, {len(records)} records")
