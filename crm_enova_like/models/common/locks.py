"""Locks on rows and on keys, in one place.

Order in which locks are taken, everywhere: the orders' rows, then quants, numbers last.
"""
from zlib import crc32

from odoo.tools import SQL

# What is locked by a key in place of a row: the first of PostgreSQL's two integers, one for each use. Locks end with
# the transaction, since a pool of connections may not keep a session.
NUMBERS = 0x6372_6D01    # a series of numbers, while a number of it is drawn


def key_lock(space, text):
    """The SQL function that waits for the lock of a key, and keeps it until the transaction ends.

    Waiting takes the statement's snapshot first: what others committed meanwhile is not seen by it, nor by what
    follows in the transaction.

    :param space: one of the spaces above
    :param text: what is locked
    """
    key = crc32(text.encode())
    return SQL("pg_advisory_xact_lock(%s, %s)", space, key - (1 << 32) if key >> 31 else key)


def lock_rows(records):
    """Lock the rows of records, blocking and in the order of their ids, until the transaction ends.

    Whoever waits here and finds a row changed gets a serialization failure, which Odoo answers by running the request
    again on what is there then. Core's ``try_lock_for_update`` skips a locked row, and its ``lock_for_update``
    refuses: neither serves the second of two people who press a button at the same moment.

    :param records: recordset, may be empty
    """
    if not records.ids:
        return
    records.env.execute_query(SQL(
        # writing the row makes the second of two overlapping transactions fail and run again
        """UPDATE %(table)s SET id = %(table)s.id
             FROM (SELECT id FROM %(table)s WHERE id IN %(ids)s ORDER BY id FOR NO KEY UPDATE) locked
            WHERE %(table)s.id = locked.id RETURNING locked.id""",
        table=SQL.identifier(records._table), ids=tuple(records.ids)))
