"""Holds the blocks of a raw file against one reader of the whole file: files of what is hard, cut at every width.

    blocks.py FILES SEED
"""

import os
import random
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "glue"))

import strata_transform as script  # noqa: E402

# Quotes where they open, close, are doubled or are letters; line ends of all kinds; letters of two bytes; bytes that are none.
WORDS = [b"a", b"7", b",", b",", b",", b'"', b'"', b'""', b'","', b'"x,y"', b'"x\ny"', b"\n", b"\n", b"\r\n", b"\r", b" ", "ș".encode()]
RARE = [b"\xff", b"\0", b"", b"\n\n\n"]


def text(chance):
    words = [chance.choice(RARE if chance.random() < 0.002 else WORDS) for _ in range(chance.randrange(200))]
    return (b"\xef\xbb\xbf" if chance.random() < 0.2 else b"") + b"a,b\n" + b"".join(words)


def whole(store, url):
    with store.open(url) as file:
        return list(script.records(script.Lines(file)))[1:]


def by_blocks(store, url, step):
    with store.open(url) as file:
        lines = script.Lines(file)
        next(script.records(lines))
        body, before = lines.position, lines.number
    each = lambda work, items: [work(item) for item in items]  # noqa: E731
    blocks = script.cut(each, store, url, body, before, store.size(url), step)
    return [record for block in blocks for record in block.records(store, url)]


def outcome(work):
    try:
        return work()
    except script.Failed as failed:
        return str(failed)


def main(files, seed):
    chance = random.Random(seed)
    script.Block.REACH = 30
    tried = failed = records = 0
    with tempfile.TemporaryDirectory() as root:
        store, url = script.Folder(root), "s3://b/raw.csv"
        for _ in range(files):
            store.put(url, text(chance))
            wanted = outcome(lambda: whole(store, url))
            for step in [1, 2, 3, 5, 11, 40, 1000]:
                found = outcome(lambda: by_blocks(store, url, step))
                assert found == wanted, (store.open(url).read(), step, found, wanted)
                tried += 1
            failed += isinstance(wanted, str)
            records += 0 if isinstance(wanted, str) else len(wanted)
    assert failed and records > files, "the files try nothing"
    print("%d files cut, %d of them no text, %d records" % (tried, failed, records))


main(int(sys.argv[1]), int(sys.argv[2]))
