import json

from odoo import api, models
from odoo.tools import SQL


class CrmServiceDevice(models.Model):
    """Contacts among a device's own properties, where contacts are merged."""

    _inherit = "crm.service.device"

    @api.model
    def _rename_in_properties(self, sources, target):
        """Put one contact in place of others in the properties of devices, which no key of the database knows.

        sudo: of all companies' devices; the right to merge was checked.

        :param sources: the contacts that go
        :param target: the contact that stays
        """
        types = self.env["crm.service.device.type"].sudo().with_context(active_test=False).search(
            [("properties_definition", "!=", False)])
        names = {
            item["name"] for kind in types for item in kind.properties_definition or []
            if item.get("type") in ("many2one", "many2many") and item.get("comodel") == target._name}
        if not names:
            return
        self.flush_model(["properties"])
        gone = set(sources.ids)
        for device_id, properties in self.env.execute_query(SQL(
                "SELECT id, properties FROM crm_service_device WHERE properties ?| %s", list(names))):
            changed = dict(properties)
            for name in names & properties.keys():
                value = properties[name]
                if isinstance(value, list):
                    changed[name] = list(dict.fromkeys(target.id if one in gone else one for one in value))
                elif value in gone:
                    changed[name] = target.id
            if changed != properties:
                self.env.cr.execute(SQL(
                    "UPDATE crm_service_device SET properties = %s WHERE id = %s", json.dumps(changed), device_id))
        self.invalidate_model(["properties"])


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _prepare_merge(self, sources):
        result = super()._prepare_merge(sources)
        self.env["crm.service.device"]._rename_in_properties(sources, self)
        return result
