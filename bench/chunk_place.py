#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""chunk_place -- where the chunks of the history should live: rows of SQLite, or a file beside it.

    bench/chunk_place.py [FOLDER]      makes and removes FOLDER (default /tmp/gn_chunk_place); two runs of each

200 000 chunks of 300 to 700 bytes (1000 series in turn, as flushes write them) go to a table with their summary and
either their bytes or a place in an append-only file that is synced before the commit. Settings of SQLite are those of
store/history_db.c. Printed: bytes on disk, bytes written, computing, and what three kinds of question cost.
"""
import os
import random
import shutil
import sqlite3
import sys
import time
import zlib

SERIES, ROUNDS = 1000, 200
COLUMNS = ('id INTEGER PRIMARY KEY, series INTEGER, a INTEGER, b INTEGER, n INTEGER, s1 INTEGER, s2 INTEGER, mi REAL,'
           ' ma REAL, su REAL, fi REAL, la REAL')
PRAGMAS = ('PRAGMA page_size=8192; PRAGMA auto_vacuum=INCREMENTAL; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;'
           'PRAGMA wal_autocheckpoint=512; PRAGMA cache_size=-1024; PRAGMA secure_delete=ON')


def written():
    with open('/proc/self/io', encoding='ascii') as io:
        return int(next(line for line in io if line.startswith('write_bytes')).split()[1])


def clock(question, times):
    start = time.process_time()
    for _ in range(times):
        question()
    return (time.process_time() - start) / times * 1e6


def ingest(db, kind, data, sizes, noise):
    at = 0
    for r in range(ROUNDS):
        rows = []
        db.execute('BEGIN')
        for s in range(SERIES):
            place = (s * 7919 + r * 104729) % (len(noise) - 800)
            blob = noise[place:place + sizes[s]]
            row = (None, s, r * 256000, r * 256000 + 255000, 256, r, r + 1, 1.0, 2.0, 300.0, 1.5, 1.6)
            if kind == 'rows':
                rows.append(row + (blob,))
                continue
            data.write(len(blob).to_bytes(4, 'little') + zlib.crc32(blob).to_bytes(4, 'little') + blob)
            rows.append(row + (at + 8, len(blob)))
            at += 8 + len(blob)
        db.executemany(f'INSERT INTO chunk VALUES({",".join("?" * len(rows[0]))})', rows)
        if data:
            data.flush()
            os.fdatasync(data.fileno())
        db.execute('COMMIT')
    db.execute('PRAGMA wal_checkpoint(TRUNCATE)')


def run(kind, folder):
    random.seed(1)
    sizes = [random.randint(300, 700) for _ in range(SERIES)]
    noise = random.randbytes(1 << 20)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    db = sqlite3.connect(f'{folder}/history.db', isolation_level=None)
    db.executescript(PRAGMAS)
    db.execute(f'CREATE TABLE chunk({COLUMNS}, {"blob BLOB" if kind == "rows" else "at INTEGER, size INTEGER"})')
    db.execute('CREATE INDEX chunk_by_time ON chunk(series, a, id, b)')
    data = open(f'{folder}/chunks', 'ab') if kind == 'file' else None  # pylint: disable=consider-using-with
    before, cpu = written(), time.process_time()
    ingest(db, kind, data, sizes, noise)
    cpu, out = time.process_time() - cpu, written() - before
    size = sum(os.path.getsize(f'{folder}/{name}') for name in os.listdir(folder))
    fd = os.open(f'{folder}/chunks', os.O_RDONLY) if data else -1

    def bytes_of(row):
        return row[12] if kind == 'rows' else os.pread(fd, row[13], row[12])

    def whole():
        for row in db.execute('SELECT * FROM chunk WHERE series = ? ORDER BY a', (random.randrange(SERIES),)):
            bytes_of(row)

    def summaries():
        list(db.execute('SELECT a, b, n, mi, ma, su FROM chunk WHERE series = ? ORDER BY a', (random.randrange(SERIES),)))

    def newest():
        bytes_of(db.execute('SELECT * FROM chunk WHERE series = ? ORDER BY a DESC LIMIT 1',
                            (random.randrange(SERIES),)).fetchone())

    print(f'{kind}: {size / 1e6:.1f} MB on disk, {out / 1e6:.0f} MB written, {cpu:.2f} s of computing; '
          f'{ROUNDS} chunks of a series {clock(whole, 200):.0f} us, their summaries {clock(summaries, 200):.0f} us, '
          f'the newest {clock(newest, 5000):.1f} us', flush=True)
    db.close()
    shutil.rmtree(folder)


if __name__ == '__main__':
    for which in ('rows', 'file', 'rows', 'file'):
        run(which, sys.argv[1] if len(sys.argv) > 1 else '/tmp/gn_chunk_place')
