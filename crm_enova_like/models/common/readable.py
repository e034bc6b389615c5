"""What a record that is named by its id may tell to whom it is named."""


def readable(records):
    """Those of records that the user may read.

    A stored compute runs with all rights: what it takes from a record that somebody names comes back to them, by a
    form that is not even saved. So it takes from what they may read, and from nothing else.

    :param records: recordset, with all rights or not
    """
    return records._origin.sudo(False)._filtered_access("read").sudo(records.env.su) if records else records
