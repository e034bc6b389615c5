from odoo import api, fields, models

TERMS = ("terms_service", "terms_storage", "terms_data", "terms_privacy")


class CrmServiceOrderType(models.Model):
    """The firm's terms, printed on the receipt and on the release protocol, in the language of the paper."""

    _inherit = "crm.service.order.type"

    terms_service = fields.Text(string="Terms of Service", translate=True)
    terms_storage = fields.Text(string="Storage Fee", translate=True)
    terms_data = fields.Text(string="Data Carriers", translate=True)
    terms_privacy = fields.Text(string="Personal Data (GDPR)", translate=True)
    terms_are_draft = fields.Boolean(
        string="Draft Texts",
        help="A draft is printed on no paper: let a lawyer read the texts, and take the mark off.")
    terms_changed_on = fields.Datetime(
        string="Texts Changed On", readonly=True, copy=False,
        help="Papers of what was finished before do not print the texts: it was not done on these terms.")

    @api.model
    def _note_terms_change(self, vals):
        """Values with the moment from which new texts count."""
        if not {*TERMS, "terms_are_draft"} & vals.keys():
            return vals
        return {**vals, "terms_changed_on": fields.Datetime.now()}

    @api.model
    def _get_sample_terms(self):
        """Sample texts in the language of the context, for the firm's lawyer: {field: text}."""
        return {
            "terms_service": self.env._(
                "1. The firm diagnoses and repairs the device as described on this confirmation. 2. A repair that "
                "would cost more than the amount agreed on is begun only when the customer has accepted the price. "
                "3. Where the customer declines, the diagnosis is charged at the fee shown above. 4. Complaints about "
                "a repair are received at the firm's office, and answered within 14 days. 5. The customer's statutory "
                "rights, of a consumer above all, are not limited by these terms."),
            "terms_storage": self.env._(
                "The device is to be collected within 14 days from the notice that it is ready. For each day after "
                "that, the firm may charge a fee for storage by its price list, after it has called on the customer "
                "to collect the device."),
            "terms_data": self.env._(
                "Before handing the device in, the customer makes a copy of the data on its carriers and removes "
                "memory cards and SIM cards. A repair may erase data; the firm is liable for that only where it is at "
                "fault. Data are looked at only as far as the repair needs it."),
            "terms_privacy": self.env._(
                "The controller of the personal data is the firm named on this paper. Data are processed to carry out "
                "the order (art. 6(1)(b) GDPR), to meet tax and accounting duties (art. 6(1)(c)) and to establish or "
                "defend claims (art. 6(1)(f)), for as long as the law demands. You may ask for access, rectification, "
                "erasure, restriction and portability, object, and complain to the supervisory authority."),
        }

    def action_fill_sample_terms(self):
        """Fill the empty texts with the sample, in each installed language, and mark them as a draft.

        :param self: any number of order types
        """
        for order_type in self:
            empty = [name for name in TERMS if not order_type[name]]
            if not empty:
                continue
            for code, _name in self.env["res.lang"].get_installed():
                translated = order_type.with_context(lang=code)
                samples = translated._get_sample_terms()
                translated.write({name: samples[name] for name in empty})
            order_type.terms_are_draft = True
        return True

    def _get_terms(self):
        """The texts of one type that are printed, in the language of the context: [(title, text)]."""
        self.ensure_one()
        if self.terms_are_draft:
            return []
        return [
            (self._fields[name]._description_string(self.env), self[name].strip())
            for name in TERMS if (self[name] or "").strip()]


class CrmServiceOrder(models.Model):
    """The terms on the papers of an order."""

    _inherit = "crm.service.order"

    def _get_terms(self, moment):
        """The terms that a paper of one order prints: [(title, text)]; none where they were written later.

        Texts are not copied to each order: what was finished on other terms prints none, and not today's.

        :param moment: when it was finished (datetime, UTC); empty: it is not
        """
        self.ensure_one()
        # sudo: who may print an order need not read the settings of its type
        order_type = self.type_id.sudo()
        if moment and order_type.terms_changed_on and moment < order_type.terms_changed_on:
            return []
        return order_type._get_terms()
