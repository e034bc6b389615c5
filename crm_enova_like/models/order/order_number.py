from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..common.state_mixin import MANAGERS


class CrmServiceOrder(models.Model):
    """The number of an order, of its type's series and year, and the type that it begins with."""

    _name = "crm.service.order"
    _inherit = ["crm.service.order", "crm.numbered.mixin"]

    @api.model
    def _assign_numbers(self, vals_list):
        """Number orders that are about to be made, one draw for all of a series: by the day on which they came in, at
        the company's place. A number given (an import) stays; what follows it is said at :class:`CrmServiceNumber`.

        One that is made alone, and that nothing names yet, is numbered when the rest of it is done: whoever draws of a
        series keeps others waiting until his transaction ends.

        :return: what :meth:`_draw_late` needs for it, else None
        :raises UserError: the company has no order type, or somebody who is no manager gives a number
        """
        Type, Company = self.env["crm.service.order.type"], self.env["res.company"]
        new, first_types, wanted, given, known = self.env._("New"), {}, {}, [], {}
        for vals in vals_list:
            company = Company.browse(vals.setdefault("company_id", self._default_company_id(vals)))
            if not vals.get("type_id"):
                if company not in first_types:
                    first_types[company] = self._get_default_type(company)
                vals["type_id"] = first_types[company].id
            received = fields.Datetime.to_datetime(vals.get("date_received")) or fields.Datetime.now()
            # a sequence is a system user's; the order is the user's own
            sequence = Type.browse(vals["type_id"]).sequence_id.sudo()
            day = company._service_date(received)
            if (sequence, day) not in known:
                known[sequence, day] = sequence._get_series(day)
            series = known[sequence, day]
            if vals.get("name") and vals["name"] != new:
                if not self.env.su and not self.env.user.has_group(MANAGERS):
                    self._check_new_facts({"name": vals["name"]})
                given.append((company, vals["name"], series))
            else:
                wanted.setdefault((company, sequence, series), (day, []))[1].append(vals)
        self._check_given_numbers(given)
        self.env["crm.service.number"]._enter(self, given)
        if len(vals_list) == 1 and wanted and self._is_named_late(vals_list[0]):
            vals_list[0]["name"] = False
            [((company, sequence, _series), (day, _numbered))] = wanted.items()
            return sequence, company, day
        for (company, sequence, _series), (day, numbered) in sorted(
                wanted.items(), key=lambda item: (item[0][0].id, item[0][2].text)):
            numbers = self.browse()._draw_numbers(sequence, company, day, len(numbered))
            for vals, number in zip(numbered, numbers, strict=True):
                vals["name"] = number
        return None

    @api.model
    def _check_given_numbers(self, given):
        """Refuse numbers that an order has, or that are given twice.

        :param given: list of (company, number, series)
        :raises ValidationError: names the number
        """
        if not given:
            return
        seen = set()
        # sudo: a taken number is taken, whether or not the user may see its order
        taken = {(order.company_id, order.name) for order in self.sudo().with_context(active_test=False).search_fetch(
            [("name", "in", [name for _company, name, _series in given])], ["company_id", "name"])}
        for company, name, _series in given:
            if (company, name) in taken:
                raise ValidationError(self.env._(
                    "There is an order %(number)s already. Give this one another number, or leave it empty for the "
                    "next one.", number=name))
            if (company, name) in seen:
                raise ValidationError(self.env._("The number %(number)s is given to two orders.", number=name))
            seen.add((company, name))

    def _name_documents(self, numbers):
        # no write: what it would check and send to the database is done, and nobody types a number
        self.invalidate_recordset(["name", "display_name"], flush=False)

    @api.model
    def _is_named_late(self, vals):
        """Whether nothing that is made with an order names it: no performer is told of it, it stands in nobody's
        calendar, it is not moved to another stage, and no automation rule looks at it meanwhile."""
        named = {"user_id", "planned_start", "stage_id", "state"}
        rows = {"device_line_ids", "line_ids", "tag_ids"}    # which say nothing to anybody
        named |= {
            name for name in vals
            if name in self._fields and self._fields[name].type in ("one2many", "many2many") and name not in rows}
        return not (
            any(vals.get(name) or self.env.context.get(f"default_{name}") for name in named)
            or self._has_automation_rules())

    @api.model
    def _get_watched_models(self):
        # a rule of a row may tell its order's number
        return super()._get_watched_models() | {
            self._fields[name].comodel_name for name in ("device_line_ids", "line_ids")}

    def modified(self, fnames, create=False, before=False):
        """As core's. Until an order has its number, it is called a new one: also where its rows are refused."""
        if create and "name" in fnames:
            name = self._fields["name"]
            for order in self:
                if not order.name:
                    name._update_cache(order, self.env._("New"))
        return super().modified(fnames, create, before)

    def _draw_late(self, to_draw):
        """Number one order that was made without; see :meth:`_assign_numbers`."""
        if to_draw:
            self._read_ahead()
            sequence, company, day = to_draw
            self._draw_numbers(sequence, company, day)

    @api.model
    def _default_company_id(self, vals):
        if vals.get("type_id"):
            return self.env["crm.service.order.type"].browse(vals["type_id"]).company_id.id
        return self.default_get(["company_id"]).get("company_id") or self.env.company.id

    @api.model
    def _get_default_type(self, company):
        """The company's first order type.

        :raises UserError: it has none
        """
        default = self.env["crm.service.order.type"].browse(self.env.context.get("default_type_id") or [])
        if default and default.company_id == company:
            return default
        order_type = default.browse(default._get_first_id(company.id))
        if not order_type:
            raise UserError(self.env._(
                "Company “%(company)s” has no service order type. A manager adds one in Configuration ‣ Order Types.",
                company=company.name))
        return order_type
