"""The digits of contacts' phone numbers become a stored column: filled here, where the ORM would read every contact."""
from odoo.tools.sql import column_exists

from odoo.addons.crm_enova_like.models.common.spelling import read_phones

# what has no words, no second number and no extension is filled by the database alone
PLAIN = r"^\+?[0-9 ().-]{5,16}$"


def migrate(cr, version):
    if column_exists(cr, "res_partner", "service_phone_digits"):
        return
    cr.execute("ALTER TABLE res_partner ADD COLUMN service_phone_digits varchar")
    cr.execute(
        r"""UPDATE res_partner SET service_phone_digits = regexp_replace(phone, '\D', '', 'g') || ';'
             WHERE phone ~ %s AND length(regexp_replace(phone, '\D', '', 'g')) BETWEEN 5 AND 13""", [PLAIN])
    cr.execute("SELECT id, phone FROM res_partner WHERE phone ~ '[0-9]' AND service_phone_digits IS NULL")
    read = [(row_id, "".join(f"{digits};" for digits in read_phones(phone))) for row_id, phone in cr.fetchall()]
    cr.execute(
        """UPDATE res_partner p SET service_phone_digits = v.digits
             FROM unnest(%s::int[], %s::text[]) v (id, digits) WHERE p.id = v.id AND v.digits != ''""",
        [[row_id for row_id, _digits in read], [digits for _row_id, digits in read]])
