from odoo import api, models


class ResourceCalendar(models.Model):
    """Working days are found by the registry's cache (``_find_working_days``), which forgets them when a schedule
    changes."""

    _inherit = "resource.calendar"

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result


class ResourceCalendarAttendance(models.Model):
    _inherit = "resource.calendar.attendance"

    @api.model_create_multi
    def create(self, vals_list):
        attendances = super().create(vals_list)
        self.env.registry.clear_cache()
        return attendances

    def write(self, vals):
        result = super().write(vals)
        self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result


class ResourceCalendarLeaves(models.Model):
    """Days off of everybody; what one person has off is no day off of the company."""

    _inherit = "resource.calendar.leaves"

    @api.model_create_multi
    def create(self, vals_list):
        leaves = super().create(vals_list)
        if leaves._are_for_all():
            self.env.registry.clear_cache()
        return leaves

    def write(self, vals):
        were_for_all = self._are_for_all()
        result = super().write(vals)
        if were_for_all or self._are_for_all():
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        were_for_all = self._are_for_all()
        result = super().unlink()
        if were_for_all:
            self.env.registry.clear_cache()
        return result

    def _are_for_all(self):
        """Whether some of the days off are not one person's alone."""
        return any(not leave.resource_id for leave in self)
