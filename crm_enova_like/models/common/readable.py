"""What a record that is named by its id may tell to whom it is named."""

STAFF = "crm_enova_like.group_technician,crm_enova_like.group_reader"    # whose fields they are on Odoo's own records


def readable(records):
    """Those of records that the user may read.

    A stored compute runs with all rights: what it takes from a record that somebody names comes back to them, by a
    form that is not even saved. So it takes from what they may read, and from nothing else.

    :param records: recordset, with all rights or not
    """
    return records._origin.sudo(False)._filtered_access("read").sudo(records.env.su) if records else records


def copy_readable(records, vals_list, names, default=None):
    """Add to what copies of records are made of the fields that not everybody reads who may copy them: core would
    refuse him the copy, so they are not copied by it.

    :param vals_list: what ``copy_data`` of the records returned; changed in place
    :param names: fields with ``groups``
    :param default: as for ``copy_data``
    """
    for name in names:
        if name not in (default or {}) and records._has_field_access(records._fields[name], "write"):
            for record, vals in zip(records, vals_list, strict=True):
                if vals is not None:    # as core has it of a record that is there twice
                    vals[name] = record[name]
    return vals_list
