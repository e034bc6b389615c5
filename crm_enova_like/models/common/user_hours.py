from odoo import models


class ResUsers(models.Model):
    """When people work: by their own schedule where they have one, less their leave."""

    _inherit = "res.users"

    def _get_work_intervals(self, begin, end):
        """When users work between two moments: {id: [(start, stop)]}, without public holidays.

        :param begin: datetime with a time zone, as ``end``
        """
        company, found = self.env.company, {}
        # sudo: of colleagues, when they are here
        resources = self.sudo().resource_ids.filtered(lambda resource: resource.company_id in (company, False))
        country, zone = company._get_holiday_country(), company._service_tz()
        for calendar, of_calendar in resources.grouped(
                lambda resource: resource.calendar_id or company.sudo().resource_calendar_id).items():
            if not calendar or calendar.flexible_hours:
                continue
            for resource_id, intervals in calendar._work_intervals_batch(begin, end, resources=of_calendar).items():
                user = of_calendar.filtered(lambda resource, own=resource_id: resource.id == own).user_id
                if user:
                    found[user.id] = [
                        piece for start, stop, _records in intervals for piece in company._without_holidays(
                            country, start.astimezone(zone), stop.astimezone(zone))]
        usual = company._get_work_intervals(begin, end) if set(self.ids) - found.keys() else ()
        return {user.id: found.get(user.id, usual) for user in self}
