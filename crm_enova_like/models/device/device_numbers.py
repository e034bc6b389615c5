from odoo import api, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.locks import lock_rows
from ..common.queries import LIKE, found_by


class CrmServiceDevice(models.Model):
    """Identifiers and serial numbers: giving them, keeping them unique, finding by them."""
    _inherit = "crm.service.device"

    @api.model
    def name_search(self, name: str = "", domain=None, operator="ilike", limit=100):
        """As core's, but what has exactly that serial number or identifier comes first.

        A scanner and a customer on the phone give the whole number.
        """
        text = (name or "").strip()
        if not text or operator not in ("ilike", "like", "=ilike", "="):
            return super().name_search(name, domain, operator, limit)
        domain = Domain(domain or Domain.TRUE)
        pattern = text.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
        exact = self.browse()
        for field_name in ("serial_number", "identifier"):
            exact |= self.search_fetch(
                domain & Domain(field_name, "=ilike", pattern), ["display_name"], limit=limit)
        exact = exact[:limit] if limit else exact
        rest = limit - len(exact) if limit else limit
        found = [(device.id, device.display_name) for device in exact.sudo()]
        if rest or not limit:
            found += super().name_search(
                text, domain & Domain("id", "not in", exact.ids), operator, rest)
        return found

    @api.model
    def _search_display_name(self, operator, value):
        """Find by serial number, identifier, name and contractor."""
        if operator not in LIKE or not value:
            return super()._search_display_name(operator, value)
        return found_by(self, [Domain(name, operator, value) for name in (*self._rec_names_search, "partner_id")])

    @api.model
    def _default_prefix(self):
        """Prefix of the identifier of a device whose type is not known."""
        return "DEV"

    @api.model
    def _sequence_code(self, prefix):
        return f"crm.service.device.{prefix}"

    @api.model
    def _get_sequences(self, company, prefixes):
        """Return {prefix: ir.sequence} of the company, with those only which exist."""
        codes = {self._sequence_code(prefix): prefix for prefix in prefixes}
        # sudo: whoever registers a device need not read sequences
        sequences = self.env["ir.sequence"].sudo().search_fetch(
            [("code", "in", list(codes)), ("company_id", "=", company.id)], ["code"])
        return {codes[sequence.code]: sequence for sequence in sequences}

    @api.model
    def _make_sequence(self, company, prefix, padding):
        """Make the company's sequence for this prefix.

        The company's row is locked: a second transaction that does the same at this moment runs again, and finds the
        sequence.
        """
        lock_rows(company)
        return self.env["ir.sequence"].sudo().create({
            "name": self.env._("Devices %(prefix)s", prefix=prefix),
            "code": self._sequence_code(prefix),
            "prefix": f"{prefix}/",
            "padding": padding,
            "company_id": company.id,
        })

    @api.model
    def _prepare_create_vals(self, vals):
        """Return vals with what numbering needs: company, type, trimmed numbers."""
        context = self.env.context
        vals = {**vals, **self._clean_numbers(vals)}
        if not vals.get("company_id"):
            vals["company_id"] = context.get("default_company_id") or self.env.company.id
        if not vals.get("type_id"):
            model_id = vals.get("model_id") or context.get("default_model_id")
            product_id = vals.get("product_id") or context.get("default_product_id")
            vals["type_id"] = (
                self.env["crm.service.device.model"].browse(model_id).type_id.id
                or context.get("default_type_id")
                or self.env["product.product"].browse(product_id).service_device_type_id.id)
        return vals

    @api.model
    def _clean_numbers(self, vals):
        return {
            name: (vals[name] or "").strip() or False
            for name in ("serial_number", "identifier") if name in vals
        }

    @api.model
    def _give_identifiers(self, vals_list):
        """Fill in the missing identifiers, for each company and prefix in one go."""
        Type, Company = self.env["crm.service.device.type"], self.env["res.company"]
        todo = {}
        for vals in vals_list:
            if not vals.get("identifier"):
                device_type = Type.browse(vals["type_id"])
                prefix = device_type.prefix or self._default_prefix()
                todo.setdefault((vals["company_id"], prefix), []).append((vals, device_type))
        for (company_id, prefix), wanting in todo.items():
            company = Company.browse(company_id)
            sequence = self._get_sequences(company, {prefix}).get(prefix)
            if not sequence:
                sequence = self._make_sequence(
                    company, prefix, wanting[0][1].identifier_padding or 5)
            for (vals, _type), number in zip(
                    wanting, self._next_free(sequence, company, len(wanting)), strict=True):
                vals["identifier"] = number

    @api.model
    def _next_free(self, sequence, company, count):
        """Return count numbers of the sequence, past those which were typed in by hand."""
        free = []
        while len(free) < count:
            numbers = sequence._next_batch(count - len(free))
            taken = set(self.sudo().with_context(active_test=False).search_fetch(
                [("company_id", "=", company.id), ("identifier", "in", numbers)],
                ["identifier"]).mapped("identifier"))
            free += [number for number in numbers if number not in taken]
        return free

    @api.model
    def _find_by_serial(self, company, device_type, serial):
        """Return the company's device of that type (or of none) with the serial number."""
        self.flush_model(["company_id", "type_id", "serial_number"])
        rows = self.env.execute_query(SQL(
            """SELECT id FROM crm_service_device
                WHERE upper(serial_number) = upper(%s) AND company_id = %s
                  AND COALESCE(type_id, 0) = %s""",
            serial.strip(), company.id, device_type.id or 0))
        return self.browse(row[0] for row in rows)

    @api.model
    def _check_numbers_free(self, vals_list):
        """Refuse serial numbers and identifiers that another device has, and say which has it.

        Runs before the write: the unique indexes, which guard two users at once, would answer
        first and could not name the other device.

        :param vals_list: dicts with company_id, type_id, serial_number, identifier, and id for
            a device that exists
        :raise ValidationError: a number is taken
        """
        serials, identifiers, seen = [], [], set()
        for vals in vals_list:
            company, serial = vals["company_id"], vals.get("serial_number")
            keys = []
            if serial:
                serials.append(serial)
                keys.append((company, vals.get("type_id") or 0, serial.upper()))
            if vals.get("identifier"):
                identifiers.append(vals["identifier"])
                keys.append((company, vals["identifier"]))
            if seen.intersection(keys):
                raise ValidationError(self.env._(
                    "The number %(number)s is given to two devices.",
                    number=serial or vals["identifier"]))
            seen.update(keys)
        if not serials and not identifiers:
            return
        self.flush_model(["company_id", "type_id", "serial_number", "identifier"])
        own_ids = [vals["id"] for vals in vals_list if vals.get("id")]
        # The index on upper(serial_number) answers, which a search could not use
        self.env.cr.execute(SQL("""
            SELECT id FROM crm_service_device
             WHERE upper(serial_number) IN (SELECT upper(x) FROM unnest(%(serials)s::text[]) x)
               AND id != ALL(%(own)s::int[])
             UNION
            SELECT id FROM crm_service_device
             WHERE company_id = ANY(%(companies)s) AND identifier = ANY(%(identifiers)s::text[])
               AND id != ALL(%(own)s::int[])
        """, serials=serials, identifiers=identifiers, own=own_ids,
            companies=list({vals["company_id"] for vals in vals_list})))
        # sudo: a taken number is taken, whether or not the user may see the other device
        for other in self.sudo().browse(row[0] for row in self.env.cr.fetchall()):
            self._check_number_against(other, seen)

    @api.model
    def _check_number_against(self, other, wanted):
        """Raise when `other` has one of the wanted numbers (keys of _check_numbers_free)."""
        company, serial = other.company_id.id, other.serial_number
        details = {
            "serial": serial, "identifier": other.identifier, "name": other.name,
            "partner": other.partner_id.display_name or self.env._("no contractor")}
        if serial and (company, other.type_id.id or 0, serial.upper()) in wanted:
            raise ValidationError(self.env._(
                "The serial number %(serial)s already belongs to the device %(identifier)s (%(name)s, %(partner)s).",
                **details) if other.active else self.env._(
                "The serial number %(serial)s already belongs to the archived device %(identifier)s "
                "(%(name)s, %(partner)s). Restore its card in place of making a new one.", **details))
        if (company, other.identifier) in wanted:
            raise ValidationError(self.env._(
                "The identifier %(identifier)s already belongs to another device (%(name)s, %(partner)s).",
                **details) if other.active else self.env._(
                "The identifier %(identifier)s already belongs to an archived device (%(name)s, %(partner)s). "
                "Restore its card, or choose another identifier.", **details))
