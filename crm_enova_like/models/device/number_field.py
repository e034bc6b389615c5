from odoo import fields
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.queries import LIKE
from ..common.spelling import number_key


class Number(fields.Char):
    """A number of devices, found by any of its spellings, and by those of cards that were merged, in whatever domain it
    stands.

    Its model has the field that is named by ``key_field``, with what all spellings have in common.
    """

    key_field = None

    def condition_to_sql(self, field_expr, operator, value, model, alias, query):
        """As core's, on what the spellings have in common."""
        if operator in Domain.NEGATIVE_OPERATORS:
            positive = self.condition_to_sql(
                field_expr, Domain.NEGATIVE_OPERATORS[operator], value, model, alias, query)
            return SQL("(%s) IS NOT TRUE", positive)
        if operator in LIKE and isinstance(value, str) and number_key(value):
            wanted = number_key(value)
            keys, compared = wanted, SQL("ILIKE" if "il" in operator else "LIKE")
            wanted = wanted if operator.startswith("=") else f"%{wanted}%"
        elif operator == "in" and not isinstance(value, (str, SQL)) and all(
                isinstance(item, str) or not item for item in value):
            keys = {number_key(item) or False for item in value}
            wanted, compared = tuple(key for key in keys if key), SQL("IN")
        else:
            return super().condition_to_sql(field_expr, operator, value, model, alias, query)
        key = model._fields[self.key_field]
        found = key.condition_to_sql(key.name, operator, keys, model, alias, query)
        if not wanted:
            return found
        # an array that is made first: each of the two conditions is answered by its index
        return SQL(
            "(%s OR %s = ANY(ARRAY(SELECT device_id FROM crm_service_device_number WHERE kind = %s AND key %s %s)))",
            found, SQL.identifier(alias, "id"), self.name, compared, wanted)
