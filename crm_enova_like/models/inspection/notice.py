from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import groupby

BATCH = 200


class CrmServiceInspectionRegime(models.Model):
    _inherit = "crm.service.inspection.regime"

    notify_partner = fields.Boolean(
        string="E-mail to the Contractor",
        help="Off: nobody is written to. On: the contractor gets one e-mail with all devices that come within "
             "the notice days, once for each inspection.")
    papers = fields.Text(
        string="Papers to Prepare", translate=True,
        help="For inspections by another body: what is to be ready on that day.")


class CrmServiceInspection(models.Model):
    """The contractor is written to of what falls due, once."""

    _inherit = "crm.service.inspection"

    date_notified = fields.Datetime(readonly=True, copy=False, help="When the contractor was written to.")
    notified_partner_id = fields.Many2one(
        "res.partner", string="Notified Contractor", readonly=True, copy=False, index="btree_not_null")
    partner_email = fields.Char(related="partner_id.email", string="E-mail", tracking=False)

    _to_notify_idx = models.Index("(regime_id, planned_date) WHERE state = 'planned' AND date_notified IS NULL")

    @api.model
    def _get_notice_domain(self, regime, company):
        """Planned inspections of whose date the contractor is to be told now."""
        return [
            ("state", "=", "planned"), ("regime_id", "=", regime.id), ("company_id", "=", company.id),
            ("planned_date", "<=", company._service_today() + timedelta(days=regime.lead_days)),
            # who was archived is not there any more
            ("partner_id.email", "!=", False), ("partner_id.active", "=", True), ("date_notified", "=", False),
            ("date_agreed", "=", False), *self._get_in_use_domain(),
        ]

    @api.model
    def _cron_notify(self):
        """Write to contractors about inspections that come within their lead
        time: one e-mail per contractor with all of their devices, never twice
        for the same inspection. Only for regimes that ask for it.

        Contractors are done in batches that commit: a run that is killed has
        written to those it marked, and the next run goes on.
        """
        Cron = self.env["ir.cron"]
        companies = self.env["res.company"].search([])    # pylint: disable=no-search-all  # companies are few
        regimes = self.env["crm.service.inspection.regime"].search([("notify_partner", "=", True)])
        for company in companies:
            ours = regimes.filtered(lambda regime, company=company: regime.company_id in (company, company.browse()))
            due = self.browse().union(*(self.search(self._get_notice_domain(regime, company)) for regime in ours))
            partners = due.partner_id
            Cron._commit_progress(remaining=len(partners))
            for _n, batch in groupby(enumerate(partners), lambda pair: pair[0] // BATCH):
                ids = {partner.id for _i, partner in batch}
                of_batch = due.filtered(lambda inspection, ids=ids: inspection.partner_id.id in ids)
                of_batch.with_company(company)._notify_partners()
                if not Cron._commit_progress(len(ids)):
                    return

    def _notify_partners(self):
        """Queue one e-mail per contractor with all of their inspections.

        Rows that another run holds are left to it; a row is marked in the
        transaction that queues its e-mail.

        :return: the e-mails
        """
        # the fresh state of the rows, once they are ours
        inspections = self.try_lock_for_update()
        inspections.invalidate_recordset(["date_notified", "state"])
        inspections = inspections.filtered(lambda inspection: (
            not inspection.date_notified and inspection.state == "planned" and inspection.partner_id.active))
        template = self.env.ref("crm_enova_like.mail_template_inspection_notice")
        mails = self.env["mail.mail"]
        for partner, of_partner in inspections.grouped("partner_id").items():
            lead = of_partner.sorted("planned_date")
            mails |= mails.browse(template.with_context(inspection_ids=lead.ids).send_mail(lead[0].id))
            of_partner._write_facts({"date_notified": fields.Datetime.now(), "notified_partner_id": partner.id})
        return mails

    def _get_notice_inspections(self):
        """What one e-mail lists: the inspections of the run, or this one alone."""
        return self.browse(self.env.context.get("inspection_ids") or self.ids)
