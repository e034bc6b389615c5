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
        """Make the activity that says what is due, at whose place."""
        for company, inspections in self.grouped("company_id").items():
            inspections._write_facts({"date_reminded": company._service_today()})
        for inspection in self:
            user = inspection.user_id or inspection.regime_id.reminder_user_id
            # in the language of who reads it (a cron has none), on the list only, without core's assignment mail
            localized = inspection.with_context(lang=user.lang, mail_activity_quick_update=True)
            localized.activity_schedule(
                "mail.mail_activity_data_todo",
                date_deadline=localized.planned_date,
                summary=localized.display_name,
                note=localized._get_papers_note(),
                user_id=user.id)

    def _get_papers_note(self):
        """For an inspection by another body: who comes, and the papers to prepare."""
        regime = self.regime_id
        if regime.performed_by != "body":
            return False
        return Markup("<br/>").join(filter(None, [
            regime.responsible_body, regime.legal_basis, plaintext2html(regime.papers or "")]))
