"""What all spellings of a device's numbers have in common becomes a stored column: filled here, before the unique
indexes on it are made. A number that was double only in another spelling is marked on all cards but the first."""
from psycopg2.sql import SQL, Identifier

from odoo.tools.sql import column_exists

from odoo.addons.crm_enova_like.models.common.spelling import number_key

TABLE = "crm_service_device"
NUMBERS = {
    "serial_number": ("serial_key", "serial_is_double", "company_id, COALESCE(type_id, 0)"),
    "identifier": ("identifier_key", "identifier_is_double", "company_id")}


def migrate(cr, version):
    for number, (key, double, scope) in NUMBERS.items():
        if not column_exists(cr, TABLE, key):
            fill(cr, number, key, double, scope)
        # looked for by its key now
        cr.execute(SQL("DROP INDEX IF EXISTS {}").format(Identifier(f"{TABLE}__{number}_index")))


def fill(cr, number, key, double, scope):
    names = {"number": Identifier(number), "key": Identifier(key), "double": Identifier(double), "scope": SQL(scope)}
    cr.execute(SQL(
        "ALTER TABLE crm_service_device ADD COLUMN {key} varchar, ADD COLUMN {double} boolean").format(**names))
    # the database's own capitals are right for these letters in any locale
    cr.execute(SQL(
        r"""UPDATE crm_service_device
               SET {key} = NULLIF(upper(regexp_replace({number}, '[[:space:][:cntrl:]]+', '', 'g')), '')
             WHERE {number} IS NOT NULL AND octet_length({number}) = char_length({number})""").format(**names))
    cr.execute(SQL(
        """SELECT id, {number} FROM crm_service_device
            WHERE octet_length({number}) != char_length({number})""").format(**names))
    keys = [(device_id, number_key(text)) for device_id, text in cr.fetchall()]
    cr.execute(SQL(
        """UPDATE crm_service_device d SET {key} = v.key
             FROM unnest(%s::int[], %s::text[]) v (id, key) WHERE d.id = v.id AND v.key != ''""").format(**names),
        [[device_id for device_id, _key in keys], [text for _id, text in keys]])
    cr.execute(SQL(
        """UPDATE crm_service_device d SET {double} = TRUE
             FROM (SELECT id, row_number() OVER (PARTITION BY {key}, {scope} ORDER BY active DESC, id) AS place
                     FROM crm_service_device WHERE {key} IS NOT NULL) placed
            WHERE d.id = placed.id AND placed.place > 1""").format(**names))
