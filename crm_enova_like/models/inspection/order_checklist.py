import psycopg2

from odoo import api, fields, models
from odoo.exceptions import AccessError, MissingError, UserError

from ..order.stage import OPEN_STATES
from .checklist import TYPED
from .inspection import RESULTS


class CrmServiceOrder(models.Model):
    """The checklist of an order, filled in on a phone, and the signatures."""

    _inherit = "crm.service.order"

    customer_signature = fields.Binary(attachment=True, copy=False)
    customer_signed_by = fields.Char(string="Signed By", copy=False)
    customer_signed_on = fields.Datetime(string="Signed On", copy=False, readonly=True)
    technician_signature = fields.Binary(attachment=True, copy=False)
    has_open_inspection = fields.Boolean(compute="_compute_has_open_inspection")
    has_done_inspection = fields.Boolean(compute="_compute_has_open_inspection")

    @api.depends("inspection_ids.state")
    def _compute_has_open_inspection(self):
        for order in self:
            states = set(order.inspection_ids.mapped("state"))
            order.has_open_inspection = "ordered" in states
            order.has_done_inspection = "done" in states

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._with_signed_on(vals) for vals in vals_list])

    def write(self, vals):
        return super().write(self._with_signed_on(vals))

    @api.model
    def _with_signed_on(self, vals):
        if "customer_signature" not in vals:
            return vals
        return {**vals, "customer_signed_on": fields.Datetime.now() if vals["customer_signature"] else False}

    def action_open_checklist(self):
        """Open the checklist of one order, made for a phone."""
        self.ensure_one()
        action = self.env["ir.actions.client"]._for_xml_id("crm_enova_like.action_checklist")
        action["context"] = {"active_id": self.id, "active_model": self._name}
        return action

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
                "state_label": dict(line._fields["state"]._description_selection(self.env)).get(line.state, ""),
                "inspections": [inspection._get_checklist() for inspection in inspections.sorted("id")],
            })
        return {
            "id": self.id,
            "name": self.name,
            "is_open": self.state in OPEN_STATES,
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
    def checklist_save(self, changes):
        """Write what a phone sends; sent twice, it is the same.

        Each item stands for itself: what cannot be written (an order that was
        closed in the meantime) is refused with a reason, and the rest is kept.

        :param changes: list of ``{"id": id of the item, "vals": what was typed}``
        :return: ``{"saved": ids, "refused": [{"id", "message"}]}``
        """
        Check = self.env["crm.service.inspection.check"]
        saved, refused = [], []
        for change in changes:
            check = Check.browse(change.get("id"))
            vals = {key: value for key, value in (change.get("vals") or {}).items() if key in TYPED}
            try:
                with self.env.cr.savepoint():
                    if not check.exists():
                        raise MissingError(self.env._("This item is no longer in the order's checklist."))
                    check.write(vals)
                    check.flush_recordset()
            except (UserError, AccessError, ValueError) as error:
                refused.append({"id": check.id, "message": str(error.args[0])})
            except psycopg2.IntegrityError as error:
                refused.append({"id": check.id, "message": Check._sql_error_to_message(error)})
            else:
                saved.append(check.id)
        return {"saved": saved, "refused": refused}

    def checklist_sign(self, name, signature):
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
        left = self.inspection_ids.filtered(lambda inspection: inspection.state == "ordered").action_all_ok()
        if left:
            message = self.env._("%(count)s items ask for a value and are still to be filled in.", count=len(left))
        else:
            message = self.env._("Every item of the checklists is filled in.")
        return {
            "type": "ir.actions.client", "tag": "display_notification",
            "params": {"message": message, "type": "warning" if left else "success",
                       "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
        }

    def action_finish_inspections(self):
        """Close each open device whose checklists are filled in, with the result
        that they give.

        :raises UserError: no device is ready, with what each lacks
        :return: number of devices closed
        """
        lines = self.device_line_ids.filtered(lambda line: line.state == "open" and line.inspection_ids)
        ready = lines.filtered(lambda line: not any(
            not check._is_answered() for check in line.inspection_ids.check_ids))
        if not ready:
            lines.inspection_ids._check_checklist()
            raise UserError(self.env._(
                "%(orders)s: no device waits for its inspection to be finished.",
                orders=", ".join(self.mapped("name"))))
        ready.action_repaired()
        return len(ready)

    def action_open_absent(self):
        """Ask why nobody was found, and put the inspections back."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Customer not found"),
            "res_model": "crm.service.inspection.absent.wizard",
            "view_mode": "form", "views": [(False, "form")], "target": "new",
            "context": {"default_order_id": self.ensure_one().id},
        }

    def action_customer_absent(self, reason):
        """*Nie zastano klienta*: the inspections of the orders not done yet are
        planned again, with the reason in their history.

        An order with nothing else in it is cancelled; in another the devices
        that were to be inspected leave it.

        :raises UserError: no reason is given, or no inspection is open
        """
        reason = (reason or "").strip()
        for order in self:
            if not reason:
                raise UserError(self.env._("Order %(order)s: say why the visit failed.", order=order.name))
            inspections = order.inspection_ids.filtered(lambda inspection: inspection.state == "ordered")
            if not inspections:
                raise UserError(self.env._(
                    "Order %(order)s has no inspection that is still to be done.", order=order.name))
            message = self.env._(
                "Customer not found on %(date)s (order %(order)s): %(reason)s",
                date=fields.Date.to_string(order.company_id._service_today()), order=order.name, reason=reason)
            lines = inspections.order_device_id
            # the visit is a fact of the inspection, whoever was there
            for inspection in inspections.sudo():
                inspection.message_post(body=message)
                inspection.visit_failed_count += 1
            if lines == order.device_line_ids and not order.line_ids:
                order.cancel_reason = message
                order._move_to_state("cancelled")
                continue
            inspections._put_back()
            # what was used or counted on a device stays in the order, as declined
            lines.filtered("line_ids").action_decline()
            lines.filtered(lambda line: not line.line_ids).unlink()
            order.message_post(body=message)
        return True


class CrmServiceInspection(models.Model):
    _inherit = "crm.service.inspection"

    visit_failed_count = fields.Integer(
        string="Failed Visits", readonly=True, copy=False, help="How often nobody was found.")

    def _get_checklist(self):
        """One inspection as the phone shows it."""
        self.ensure_one()
        return {
            "id": self.id,
            "regime": self.regime_id.name,
            "legal_basis": self.regime_id.legal_basis or "",
            "qualification": self.regime_id.qualification or "",
            "state": self.state,
            "result": self.result or "",
            "protocol_number": self.protocol_number or "",
            "checks": [{
                "id": check.id, "name": check.name, "measure": check.measure, "unit": check.unit or "",
                "min": check.value_min, "max": check.value_max, "limits": check.limits,
                "result": check.result or "", "value": check.value if check.is_measured else None,
                "remark": check.remark or "", "has_photo": check.has_photo,
                "repair_order": check.repair_order_id.sudo().name or "",
            } for check in self.check_ids],
        }

    def checklist_result(self, result):
        """The technician's judgement of one inspection, before it is finished."""
        if result and result not in dict(RESULTS):
            raise UserError(self.env._("There is no result “%(result)s”.", result=result))
        self._check_state("ordered")
        self.write({"result": result or False})
        return True


class CrmServiceOrderDevice(models.Model):
    _inherit = "crm.service.order.device"

    def action_open_checklist(self):
        """Open the checklist of the order."""
        return self.order_id.action_open_checklist()
