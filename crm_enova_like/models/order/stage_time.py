from bisect import bisect_right
from collections import defaultdict
from datetime import timezone

from odoo import api, fields, models
from odoo.tools import SQL

BATCH = 10_000    # rows of one commit: some seconds of work, whatever the firm's size


class CrmServiceStageTime(models.Model):
    """How long an order stood in a stage, and who brought it there: one row for each stay.

    A log for the reports of turnaround and waiting. Written by moves alone (:meth:`_record_move`), so that it has no
    chatter and no dates of its own making. What is not known is empty, never zero: a stay from before the log existed
    may lack its begin, its end or both, and has no duration then.
    """

    _name = "crm.service.stage.time"
    _description = "Time in a Stage"
    _order = "id desc"
    _rec_name = "stage_id"
    _log_access = False

    order_id = fields.Many2one("crm.service.order", required=True, readonly=True, index=True, ondelete="cascade")
    # the order's, which never changes; a column of its own, so that the company rule needs no join
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    stage_id = fields.Many2one("crm.service.stage", required=True, readonly=True, ondelete="restrict")
    user_id = fields.Many2one("res.users", string="Moved By", readonly=True, help="Who brought the order to the stage.")
    date_start = fields.Datetime(string="Since", readonly=True)
    date_end = fields.Datetime(string="Until", readonly=True)
    duration = fields.Float(
        string="Hours", readonly=True, aggregator="avg", help="Hours by the clock, once the order has left the stage.")
    working_hours = fields.Float(
        readonly=True, aggregator="avg",
        help="Hours by the company's working schedule. A scheduled action fills them in after the order has left the "
             "stage.")
    is_current = fields.Boolean(readonly=True, help="The order stands in this stage now.")

    _current_uniq = models.UniqueIndex("(order_id) WHERE is_current IS TRUE")
    _to_fill_idx = models.Index("(id) WHERE working_hours IS NULL AND duration IS NOT NULL")

    @api.model
    def _record_move(self, orders, stage):
        """Note that orders went to a stage: their stay so far ends, a new one begins.

        A new order's first stay begins when it was received, which may lie before it was entered; that of an order
        which comes closed begins when it was closed, now or as :meth:`_record_arrival` says.
        One statement for any number of orders. By SQL, since whoever moves an order writes the log that only managers
        read, and since the ORM would need one statement for each hundred of them.

        :param orders: orders of any company, new ones too
        :param stage: the stage of all of them from now on
        """
        # what is not saved yet has no times
        orders = orders.filtered("id")
        if not orders:
            return
        now = fields.Datetime.now()
        self.env.cr.execute(SQL(
            """
            WITH ended AS (
                UPDATE crm_service_stage_time
                   SET is_current = FALSE,
                       date_end = GREATEST(%(now)s, date_start),
                       duration = EXTRACT(EPOCH FROM GREATEST(%(now)s, date_start) - date_start) / 3600
                 WHERE order_id IN %(ids)s AND is_current IS TRUE
             RETURNING order_id
            )
            INSERT INTO crm_service_stage_time (order_id, company_id, stage_id, user_id, date_start, is_current)
            SELECT o.id, o.company_id, %(stage)s, %(user)s,
                   CASE WHEN ended.order_id IS NULL THEN %(first)s ELSE %(now)s END, TRUE
              FROM crm_service_order o
              LEFT JOIN ended ON ended.order_id = o.id
             WHERE o.id IN %(ids)s
             ORDER BY o.id
            """,
            ids=tuple(orders.ids), stage=stage.id, user=self.env.uid, now=now,
            first=SQL("LEAST(o.date_received, %s)", now) if stage.is_open else SQL("%s", now)))
        # nothing of the log waits to be written, so there is nothing to flush either
        self.invalidate_model(flush=False)

    @api.model
    def _record_arrival(self, orders):
        """Note since when orders that came closed have been so (moving in); what was before is not known.

        :param orders: orders just made, in the closed stage in which they came
        """
        if not orders:
            return
        orders.flush_recordset(["date_closed"])
        self.env.cr.execute(SQL(
            """UPDATE crm_service_stage_time stay SET date_start = o.date_closed FROM crm_service_order o
                WHERE o.id = stay.order_id AND o.id IN %s AND stay.is_current IS TRUE""", tuple(orders.ids)))
        self.invalidate_model(flush=False)

    # WORKING HOURS

    @api.model
    def _cron_fill_working_hours(self):
        """Count the working hours of the stays that have ended.

        Apart from the move itself, since the schedule would be asked at every button. In batches that commit.
        """
        Cron = self.env["ir.cron"]
        [[remaining]] = self.env.execute_query(SQL(
            "SELECT count(*) FROM crm_service_stage_time WHERE working_hours IS NULL AND duration IS NOT NULL"))
        Cron._commit_progress(remaining=remaining)
        while filled := self._fill_working_hours(BATCH):
            if not Cron._commit_progress(filled):
                return

    @api.model
    def _fill_working_hours(self, limit):
        """Count the working hours of the first stays that lack them.

        :return: number of stays
        """
        rows = self.env.execute_query(SQL(
            """SELECT id, company_id, date_start, date_end FROM crm_service_stage_time
                WHERE working_hours IS NULL AND duration IS NOT NULL ORDER BY id LIMIT %s""", limit))
        stays = defaultdict(list)
        for ident, company_id, start, end in rows:
            stays[company_id].append((ident, start, end))
        ids, hours = [], []
        for company_id, own in stays.items():
            company = self.env["res.company"].browse(company_id)
            worked = self._get_worked_hours(company, min(row[1] for row in own), max(row[2] for row in own))
            for ident, start, end in own:
                ids.append(ident)
                hours.append(worked(end) - worked(start))
        if ids:
            self.env.cr.execute(SQL(
                """UPDATE crm_service_stage_time stay SET working_hours = counted.hours
                     FROM unnest(%s, %s::float8[]) AS counted (id, hours) WHERE stay.id = counted.id""", ids, hours))
            self.invalidate_model(flush=False)
        return len(ids)

    @api.model
    def _get_worked_hours(self, company, begin, end):
        """The company's working hours from one moment on, as a function.

        The schedule is asked once for the whole span, not once for each stay.

        :param begin: UTC, as the moments that the function takes; they lie between begin and end
        :return: function of a moment: working hours of the company from ``begin`` to it; where the company has no
            schedule, it works round the clock
        """
        begin, end = begin.replace(tzinfo=timezone.utc), end.replace(tzinfo=timezone.utc)
        # sudo: of the company, whether it has a schedule
        if not company.sudo().resource_calendar_id:
            return lambda moment: (moment.replace(tzinfo=timezone.utc) - begin).total_seconds() / 3600
        intervals = company._get_work_intervals(begin, end)
        starts, stops, before, total = [], [], [], 0.0
        for start, stop in intervals:
            start, stop = start.timestamp(), stop.timestamp()
            if stops:
                start = max(start, stops[-1])    # schedules may overlap; an hour counts once
            if stop > start:
                starts.append(start)
                stops.append(stop)
                before.append(total)
                total += stop - start

        def worked(moment):
            moment = moment.replace(tzinfo=timezone.utc).timestamp()
            index = bisect_right(starts, moment) - 1
            if index < 0:
                return 0.0
            return (before[index] + min(moment, stops[index]) - starts[index]) / 3600

        return worked
