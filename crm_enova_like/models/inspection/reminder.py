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
    def _get_reminder_domain(self):
        """Planned inspections of which somebody is to be reminded now: they come within their regime's lead time."""
        companies = self.env["res.company"].search([])    # pylint: disable=no-search-all  # companies are few
        regimes = self.env["crm.service.inspection.regime"].search([])    # pylint: disable=no-search-all  # each of the few is asked
        days = {company: company._service_today() for company in companies}
        last = max(days.values()) + timedelta(days=max(regimes.mapped("lead_days"), default=0))
        return Domain([
            ("state", "=", "planned"), ("date_reminded", "=", False),
            # of all of them; without it the index would be read to its end
            ("planned_date", "<=", last), *self._get_in_use_domain(),
        ]) & Domain.OR(
            Domain("regime_id", "in", alike.ids)
            & (Domain.TRUE if named else Domain("user_id", "!=", False))
            & Domain.OR(
                Domain("company_id", "=", company.id) & Domain("planned_date", "<=", today + timedelta(days=lead_days))
                for company, today in days.items())
            for (lead_days, named), alike in regimes.grouped(
                lambda regime: (regime.lead_days, bool(regime.reminder_user_id))).items())

    @api.model
    def _cron_remind(self):
        """Remind the technician, or who the regime names, of inspections that
        come within their lead time: one activity each, once.

        They are done in batches that commit: a run that is killed has reminded
        of those it marked, and the next run goes on.
        """
        Cron, domain = self.env["ir.cron"], self._get_reminder_domain()
        Cron._commit_progress(remaining=self.search_count(domain))
        while due := self.search(domain, limit=BATCH, order="planned_date, id").try_lock_for_update():
            due._remind()
            if not Cron._commit_progress(len(due)):
                return
        # what another run holds is left to it
        Cron._commit_progress(remaining=0)

    def _remind(self):
        """Make the activities that say what is due, at whose place: at once for all readers of a language."""
        for company, inspections in self.grouped("company_id").items():
            inspections._write_facts({"date_reminded": company._service_today()})
        for lang, inspections in self.grouped(lambda inspection: inspection._get_reminded_user().lang).items():
            # in the language of who reads it (a cron has none), on the list only, without core's assignment mail
            localized = inspections.with_context(lang=lang, mail_activity_quick_update=True)
            localized.env["mail.activity"].create(localized._prepare_reminder_vals())

    def _get_reminded_user(self):
        """Who is reminded of one inspection: its technician, else who the regime names; where they left, the company's
        coordinator, and at last a manager."""
        self.ensure_one()
        company = self.company_id
        return company._get_someone_here(self.user_id, self.regime_id.reminder_user_id) or company._find_manager()

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
