import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError, MissingError, UserError

from ..common.actions import notify
from ..common.taken import is_id
from .checklist import TYPED


class CrmServiceOrder(models.Model):
    """The checklist of an order, filled in on a phone."""

    _inherit = "crm.service.order"

    def action_open_checklist(self):
        """Open the checklist of one order, made for a phone."""
        self.ensure_one()
        return {
            **self.env["ir.actions.client"]._for_xml_id("crm_enova_like.action_checklist"),
            "context": {"active_id": self.id, "active_model": self._name},
        }

    def action_open_follow_up(self):
        """Ask what follows from the orders' inspections that failed; False where nothing is to be asked."""
        self.check_access("read")
        return self.inspection_ids._open_follow_up()

    # WHAT THE PHONE READS AND SENDS

    def checklist_load(self):
        """What the phone shows of one order: its devices, their inspections and items.

        :return: a JSON-able dictionary
        """
        self.ensure_one()
        self.check_access("read")
        devices = []
        for line, inspections in self.inspection_ids.grouped("order_device_id").items():
            device = line.device_id
            devices.append({
                "id": line.id,
                "name": device.name,
                "identifier": device.identifier,
                "serial_number": device.serial_number or "",
                "state": line.state,
                "state_label": line.state_name,
                "is_failed": line.inspection_failed,
                "inspections": [inspection._get_checklist() for inspection in inspections.sorted("id")],
            })
        return {
            "id": self.id,
            "name": self.name,
            "is_open": self.is_open,
            "partner": self.partner_id.display_name,
            "person": self.person_id.name or "",
            "phone": self.partner_phone or "",
            "address": " ".join((self.address_id.contact_address_inline or "").split()),
            "signed_by": self.customer_signed_by or "",
            "is_signed": bool(self.customer_signed_on),
            "results": [list(pair) for pair in self.env["crm.service.inspection"]._fields["result"]
                        ._description_selection(self.env)],
            "devices": devices,
        }

    @api.model
    def checklist_save(self, changes: list[dict]):
        """Write what a phone sends; sent twice, it is the same.

        Each item stands for itself: what cannot be written (an order that was
        closed in the meantime) is refused with a reason, and the rest is kept.

        :param changes: list of ``{"id": id of the item, "vals": what was typed}``
        :return: ``{"saved": ids, "refused": [{"id", "message"}]}``
        """
        Check = self.env["crm.service.inspection.check"]
        saved, refused = [], []
        for change in changes:
            check = Check.browse(change["id"] if is_id(change.get("id")) else ())
            vals = change.get("vals") or {}
            try:
                with self.env.cr.savepoint():
                    if not check.exists():
                        raise MissingError(self.env._("This item is no longer in the order's checklist."))
                    check.write({key: vals[key] for key in TYPED if key in vals})
                    check.flush_recordset()
            except (UserError, AccessError, ValueError) as error:
                refused.append({"id": change.get("id"), "message": str(error.args[0])})
            except psycopg2.IntegrityError as error:
                refused.append({"id": change.get("id"), "message": Check._sql_error_to_message(error)})
            else:
                saved.append(check.id)
        return {"saved": saved, "refused": refused}

    def checklist_sign(self, name: str, signature: str):
        """The contractor's signature, given on the technician's phone.

        :param name: who signed
        :param signature: PNG picture, base64
        """
        self.ensure_one()
        self.write({"customer_signature": signature, "customer_signed_by": name})
        return True

    def checklist_complete(self):
        """Complete orders whose devices are finished, from the phone: one that
        nobody accepted in the office is accepted by the visit.

        :raises UserError: an order cannot be completed
        """
        self.filtered(lambda order: order.state == "new").action_accept()
        return self.action_done()

    # MANY DEVICES AT ONCE

    def action_all_ok(self):
        """*All ok except*, for all devices of the orders.

        :return: a notification that says what is left
        """
        left = self._get_ordered_inspections().action_all_ok()
        if left:
            return notify(self.env._(
                "%(count)s items ask for a value and are still to be filled in.", count=len(left)), "warning")
        return notify(self.env._("Every item of the checklists is filled in."))

    def action_finish_inspections(self):
        """Close each open device whose checklists are filled in, with the result
        that they give.

        :raises UserError: no device is ready, with what each lacks
        :return: number of devices closed
        """
        lines = self.device_line_ids.filtered(lambda line: line.is_open and line.inspection_ids)
        ready = lines.filtered(lambda line: not line.inspection_ids.check_ids._get_left())
        if not ready:
            lines.inspection_ids._check_checklist()
            raise UserError(self.env._(
                "%(orders)s: no device waits for its inspection to be finished.",
                orders=", ".join(self.mapped("name"))))
        ready.action_repaired()
        return len(ready)
