from odoo import api, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..common.locks import lock_rows
from ..common.queries import LIKE, found_by
from ..common.words import found_by_words
from .device_spelling import NUMBERS


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
        exact = self.browse()
        for field_name in NUMBERS:
            exact |= self.search_fetch(domain & Domain(field_name, "=", text), ["display_name"], limit=limit)
        exact = exact[:limit] if limit else exact
        rest = limit - len(exact) if limit else limit
        found = [(device.id, device.display_name) for device in exact.sudo()]
        if rest or not limit:
            found += super().name_search(
                text, domain & Domain("id", "not in", exact.ids), operator, rest)
        return found

    @api.model
    def _search_display_name(self, operator, value):
        """Find by serial number, identifier, name, model, type and contractor: each word stands in one of them."""
        if operator not in LIKE or not value:
            return super()._search_display_name(operator, value)
        if operator == "ilike" and isinstance(value, str):
            return found_by_words(self, value, self._get_word_domains)
        return found_by(self, [Domain(name, operator, value) for name in (*self._rec_names_search, "partner_id")])

    @api.model
    def _get_word_domains(self, word):
        """Where a word that is typed may stand: list of domains."""
        partners = self.env["res.partner"]._query_word(word)
        return [
            *self._get_kind_domains(word), Domain("partner_id", "in", partners), Domain("address_id", "in", partners)]

    @api.model
    def _get_kind_domains(self, word):
        """Where a word that says which device it is may stand: list of domains."""
        models = self.env["crm.service.device.model"].with_context(active_test=False)
        types = self.env["crm.service.device.type"].with_context(active_test=False)
        return [
            Domain("serial_number", "ilike", word), Domain("identifier", "ilike", word), Domain("name", "ilike", word),
            Domain("model_id", "in", models._search(
                Domain("name", "ilike", word) | Domain("manufacturer", "ilike", word))),
            Domain("type_id", "in", types._search(Domain("name", "ilike", word)))]

    @api.model
    def _query_kind_word(self, word):
        """The devices of which a word says which they are, archived ones too: SQL of their ids, with the reader's
        rights.

        They are found first, and then gone through one by one: how many of the kinds of devices have a word, PostgreSQL
        cannot know, and would rather read all.
        """
        devices = self.with_context(active_test=False)
        return SQL("(SELECT unnest(ARRAY(%s)))", SQL(" UNION ALL ").join(
            devices._search(domain).subselect() for domain in self._get_kind_domains(word)))

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
        """Return vals with what numbering needs: company, type, clean numbers."""
        context = self.env.context
        for name in NUMBERS:
            if name not in vals and context.get(f"default_{name}"):
                vals = {**vals, name: context[f"default_{name}"]}
        vals = self._clean_numbers(self._split_typed(vals))
        if not vals.get("name", True):
            # no name is none: it follows from what the device is
            del vals["name"]
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
    def _check_named_by(self, vals_list):
        """Refuse devices of which nothing says what they are: their name follows from the model, product or type.

        :raises ValidationError: names the number that was given
        """
        context = self.env.context
        for vals in vals_list:
            if not vals["type_id"] and not any(
                    vals.get(name, context.get(f"default_{name}")) for name in ("name", "model_id", "product_id")):
                number = vals.get("serial_number") or vals.get("identifier")
                raise ValidationError(self.env._(
                    "Device %(number)s: choose its model or type, or give it a name.", number=number) if number else
                    self.env._("The device needs a name: choose its model or type, or type one."))

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
            taken = set(self._find_identifier_keys(company, numbers))
            free += [number for number in numbers if self._serial_key(number) not in taken]
        return free

    @api.model
    def _find_identifier_keys(self, company, numbers):
        """Those of some identifiers that devices of a company have or had, as keys: list of str."""
        self.flush_model(["company_id", "identifier_key"])
        return [key for [key] in self.env.execute_query(SQL(
            """SELECT identifier_key FROM crm_service_device
                WHERE company_id = %(company)s AND identifier_key IN %(keys)s
                UNION ALL
               SELECT n.key FROM crm_service_device_number n JOIN crm_service_device d ON d.id = n.device_id
                WHERE d.company_id = %(company)s AND n.kind = 'identifier' AND n.key IN %(keys)s""",
            company=company.id, keys=tuple(self._serial_key(number) for number in numbers)))]

    @api.model
    def _check_companies(self, companies):
        """Refuse to say anything about the numbers of companies in which the user does not work.

        :param companies: ids
        """
        if not self.env.su and not set(companies) <= set(self.env.companies.ids):
            raise AccessError(self.env._("A device is registered in a company in which you work."))

    @api.model
    def _check_numbers_free(self, vals_list):
        """Refuse serial numbers and identifiers that another device has, and say which has it.

        Runs before the write: the unique indexes, which guard two users at once, would answer
        first and could not name the other device.

        :param vals_list: dicts with company_id, type_id, serial_number, identifier, and id for
            a device that exists
        :raise ValidationError: a number is taken
        """
        keys, seen = {name: {} for name in NUMBERS}, set()
        for vals in vals_list:
            company, kinds = vals["company_id"], {"serial_number": vals.get("type_id") or 0, "identifier": None}
            for name, kind in kinds.items():
                if key := self._serial_key(vals.get(name)):
                    if (company, name, kind, key) in seen:
                        raise ValidationError(self.env._(
                            "The number %(number)s is given to two devices.", number=vals[name]))
                    seen.add((company, name, kind, key))
                    keys[name][key] = vals[name]
        if not any(keys.values()):
            return
        self.flush_model(["company_id", "type_id", "serial_key", "identifier_key"])
        own_ids = [vals["id"] for vals in vals_list if vals.get("id")]
        rows = self.env.execute_query(SQL(
            """SELECT d.id, 'serial_number', d.serial_key, FALSE FROM crm_service_device d
                WHERE d.serial_key = ANY(%(serials)s) AND d.company_id = ANY(%(companies)s)
                  AND d.id != ALL(%(own)s::int[])
                UNION ALL
               SELECT d.id, 'identifier', d.identifier_key, FALSE FROM crm_service_device d
                WHERE d.identifier_key = ANY(%(identifiers)s) AND d.company_id = ANY(%(companies)s)
                  AND d.id != ALL(%(own)s::int[])
                UNION ALL
               SELECT d.id, n.kind, n.key, TRUE FROM crm_service_device_number n
                 JOIN crm_service_device d ON d.id = n.device_id
                WHERE n.key = ANY(%(both)s) AND d.company_id = ANY(%(companies)s) AND d.id != ALL(%(own)s::int[])""",
            serials=[*keys["serial_number"]], identifiers=[*keys["identifier"]],
            both=[*{**keys["serial_number"], **keys["identifier"]}], own=own_ids,
            companies=list({vals["company_id"] for vals in vals_list})))
        for device_id, name, key, is_former in rows:
            # sudo: a taken number is taken, whether or not the user may see the other device
            other = self.sudo().browse(device_id)
            kind = (other.type_id.id or 0) if name == "serial_number" else None
            if (other.company_id.id, name, kind, key) in seen:
                self._tell_number_of(other, name, keys[name][key], is_former)

    @api.model
    def _tell_number_of(self, other, name, number, is_former):
        """Raise, since a number is another device's; who may read that device is told which it is.

        :param other: the device that has it
        :param name: which of the numbers
        :param is_former: it is that of a card which was merged into the other one
        """
        other = other.with_env(self.env)
        is_serial = name == "serial_number"
        if not (self.env.su or other.has_access("read")):
            raise ValidationError(self.env._(
                "The serial number %(number)s already belongs to another device.", number=number) if is_serial else
                self.env._("The identifier %(number)s already belongs to another device.", number=number))
        partner = other.sudo().partner_id.with_env(self.env)
        details = {
            "number": number, "serial": other.serial_number or number, "identifier": other.identifier,
            "name": other.name,
            "partner": partner.display_name if partner and (self.env.su or partner.has_access("read"))
            else self.env._("no contractor")}
        if is_former:
            raise ValidationError(self.env._(
                "The number %(number)s is that of a card that was merged into the device %(identifier)s (%(name)s, "
                "%(partner)s). Use that card.", **details))
        if is_serial:
            raise ValidationError(self.env._(
                "The serial number %(serial)s already belongs to the device %(identifier)s (%(name)s, %(partner)s).",
                **details) if other.active else self.env._(
                "The serial number %(serial)s already belongs to the archived device %(identifier)s "
                "(%(name)s, %(partner)s). Restore its card in place of making a new one.", **details))
        raise ValidationError(self.env._(
            "The identifier %(identifier)s already belongs to another device (%(name)s, %(partner)s).",
            **details) if other.active else self.env._(
            "The identifier %(identifier)s already belongs to an archived device (%(name)s, %(partner)s). "
            "Restore its card, or choose another identifier.", **details))
