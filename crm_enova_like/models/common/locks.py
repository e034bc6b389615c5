"""Locks on rows and on keys, in one place.

Order in which locks are taken, everywhere: the orders' rows, then quants, numbers last.
"""
from collections import defaultdict
from contextlib import contextmanager
from zlib import crc32

from psycopg2.errors import SerializationFailure
from psycopg2.pool import PoolError

from odoo.tools import SQL

from .kept import get_kept, keep

# What is locked by a key in place of a row: the first of PostgreSQL's two integers, one for each use. Locks end with
# the transaction, since a pool of connections may not keep a session.
NUMBERS = 0x6372_6D01    # a series of numbers, while a number of it is drawn
QUEUE = 0x6372_6D02      # what a request is run again for, until it has ended

# kept: the ids of rows that are known to be locked, by table
LOCKED = "crm_enova_like.locked"


def key_lock(space, text):
    """The SQL function that waits for the lock of a key, and keeps it until the transaction ends.

    Waiting takes the statement's snapshot first: what others committed meanwhile is not seen by it, nor by what
    follows in the transaction.

    :param space: one of the spaces above
    :param text: what is locked
    """
    key = crc32(text.encode())
    return SQL("pg_advisory_xact_lock(%s, %s)", space, key - (1 << 32) if key >> 31 else key)


def execute_lock(env, query, table, ids):
    """Execute SQL that waits for others' locks on rows.

    :param table: name of the table
    :param ids: which rows, or what they are of
    :return: the rows of the query
    :raises SerializationFailure: a row was changed since the request began; marked, so that the request is run again
        at once (:func:`waited_for`)
    """
    try:
        # no error for the log: it is one's turn that comes later
        env.cr.execute(query, log_exceptions=False)
    except SerializationFailure as error:
        error.crm_waited_for = f"{table}|{sorted(ids)}"
        raise
    return env.cr.fetchall()


def waited_for(error):
    """For what a transaction has waited whose serialization failure tells that somebody else was faster, and has ended:
    str, else None."""
    return getattr(error, "crm_waited_for", None)


class Turn:
    """A place in the queue of those who want the same rows, until one's request has ended.

    Who waits for a row and finds it changed begins anew, and so do all who waited with him: without a queue it is
    chance who is next, and somebody is the last one each time. It is kept by a connection of its own, since the
    request's transaction is to begin when the one before has ended, and not when one begins to wait for it.
    """

    def __init__(self):
        self.cr = None

    def wait(self, registry, text):
        """Wait for one's turn; who has one keeps it.

        :param text: what is wanted
        """
        if self.cr:
            return
        try:
            self.cr = registry.cursor()
        except PoolError:
            # so many are at work: without a queue, then
            return
        self.cr.execute(SQL("SELECT %s", key_lock(QUEUE, text)))

    def leave(self):
        """Let the next one have his turn."""
        if self.cr:
            self.cr.close()
            self.cr = None

    def leave_after(self, cr):
        """Leave when a request's transaction has ended."""
        if self.cr:
            cr.postcommit.add(self.leave)
            cr.postrollback.add(self.leave)


class Locked(defaultdict):
    """Ids of rows, by table."""

    def forget(self):
        """A lock lasts until the transaction ends, or until the savepoint is rolled back in which it was taken."""
        self.clear()


@contextmanager
def keep_locks(env):
    """While it lasts, rows that :func:`lock_rows` has locked are not locked once more."""
    if get_kept(env, LOCKED) is not None:
        yield
        return
    with keep(env, LOCKED, Locked(set)):
        yield


def lock_rows(records):
    """Lock the rows of records, blocking and in the order of their ids, until the transaction ends.

    Whoever waits here and finds a row changed gets a serialization failure, and the request is run again on what is
    there then (:class:`IrHttp`). Core's ``try_lock_for_update`` skips a locked row, and its ``lock_for_update``
    refuses: neither serves the second of two people who press a button at the same moment.

    :param records: recordset, may be empty
    """
    kept = get_kept(records.env, LOCKED)
    if not records.ids or kept is not None and kept[records._table].issuperset(records.ids):
        return
    execute_lock(records.env, SQL(
        # writing the row makes the second of two overlapping transactions fail and run again
        """UPDATE %(table)s SET id = %(table)s.id
             FROM (SELECT id FROM %(table)s WHERE id IN %(ids)s ORDER BY id FOR NO KEY UPDATE) locked
            WHERE %(table)s.id = locked.id RETURNING locked.id""",
        table=SQL.identifier(records._table), ids=tuple(records.ids)), records._table, records.ids)
    if kept is not None:
        kept[records._table].update(records.ids)
