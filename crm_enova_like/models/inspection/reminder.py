from datetime import timedelta

from markupsafe import Markup

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import plaintext2html

BATCH = 500


class CrmServiceInspection(models.Model):
    """Our own people are reminded of what falls due."""

    _inherit = "crm.service.inspection"

    @api.model
    def _cron_remind(self):
        """Remind the technician, or who the regime names, of inspections that
        come within their lead time: one activity each, once."""
        Cron = self.env["ir.cron"]
        companies = self.env["res.company"].search([])    # pylint: disable=no-search-all  # companies are few
        days = {company: company._service_today() for company in companies}
        regimes = self.env["crm.service.inspection.regime"].search([])    # pylint: disable=no-search-all  # each of the few is asked
        Cron._commit_progress(remaining=len(regimes))
        for regime in regimes:
            domain = Domain([
                ("state", "=", "planned"), ("date_reminded", "=", False), ("regime_id", "=", regime.id),
                *self._get_in_use_domain(),
            ]) & Domain.OR(
                Domain("company_id", "=", company.id)
                & Domain("planned_date", "<=", today + timedelta(days=regime.lead_days))
                for company, today in days.items())
            if not regime.reminder_user_id:
                domain &= Domain("user_id", "!=", False)
            while due := self.search(domain, limit=BATCH, order="planned_date, id").try_lock_for_update():
                due._remind()
                Cron._commit_progress()
            if not Cron._commit_progress(1):
                return

    def _remind(self):
        """Make the activities that say what is due, at whose place: at once for all readers of a language."""
        for company, inspections in self.grouped("company_id").items():
            inspections._write_facts({"date_reminded": company._service_today()})
        for lang, inspections in self.grouped(lambda inspection: inspection._get_reminded_user().lang).items():
            # in the language of who reads it (a cron has none), on the list only, without core's assignment mail
            localized = inspections.with_context(lang=lang, mail_activity_quick_update=True)
            localized.env["mail.activity"].create(localized._prepare_reminder_vals())

    def _get_reminded_user(self):
        """Who is reminded of one inspection: its technician, else who the regime names."""
        self.ensure_one()
        return self.user_id or self.regime_id.reminder_user_id

    def _prepare_reminder_vals(self):
        """Values of the activities, as ``activity_schedule`` would make them one by one.

        :param self: inspections, in the language of who reads of them
        :return: list of values, one for each
        """
        activity_type = self.env.ref(
            "mail.mail_activity_data_todo", raise_if_not_found=False) or self._default_activity_type()
        model_id = self.env["ir.model"]._get_id(self._name)
        return [{
            "activity_type_id": activity_type.id, "automated": True, "res_model_id": model_id, "res_id": inspection.id,
            "date_deadline": inspection.planned_date, "summary": inspection.display_name,
            "note": inspection._get_papers_note() or activity_type.default_note,
            "user_id": inspection._get_reminded_user().id,
        } for inspection in self]

    def _get_papers_note(self):
        """For an inspection by another body: who comes, and the papers to prepare."""
        regime = self.regime_id
        if regime.performed_by != "body":
            return False
        return Markup("<br/>").join(filter(None, [
            regime.responsible_body, regime.legal_basis, plaintext2html(regime.papers or "")]))
