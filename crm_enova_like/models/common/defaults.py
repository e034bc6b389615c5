"""What new records are given beside their values: defaults of the context, and those that somebody keeps."""


def with_defaults(records, vals_list, names):
    """What new records are given for some fields, in their values or as a default from anywhere: list of values."""
    missing = [name for name in names if any(name not in vals for vals in vals_list)]
    defaults = records.default_get(missing) if missing else {}
    return [{**defaults, **vals} for vals in vals_list]
