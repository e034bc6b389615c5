"""Locks on rows, in one place.

Order in which locks are taken, everywhere: the orders' rows, then quants, numbers last.
"""
from odoo.tools import SQL


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
