from odoo import fields, models

# what a protocol keeps of its order's signatures: the fields of the order
SIGNED = {
    "done_customer_signature": "customer_signature", "done_signed_by": "customer_signed_by",
    "done_technician_signature": "technician_signature"}

# each picture with what is said beside it
TOGETHER = (("done_customer_signature", "done_signed_by"), ("done_technician_signature",))


class CrmServiceInspection(models.Model):
    """Who signed the protocol of an inspection: on the visit, before it was finished or after.

    The first signature stays on a protocol, whatever becomes of the order; it goes when the inspection is reopened.
    """

    _inherit = "crm.service.inspection"

    done_customer_signature = fields.Binary(
        string="Contractor's Signature Then", attachment=True, readonly=True, copy=False)
    done_signed_by = fields.Char(string="Signed By Then", readonly=True, copy=False)
    done_technician_signature = fields.Binary(
        string="Technician's Signature Then", attachment=True, readonly=True, copy=False)

    def _keep_signatures(self):
        """Give protocols the signatures of their orders that they have not yet.

        :param self: inspections that are done
        """
        for order, inspections in self.grouped("order_id").items():
            # sudo: what is on a paper is told to whoever finishes it; each picture is a search among the attachments
            order = order.sudo().with_context(bin_size=False)
            if not (order.customer_signed_on or order.technician_signed_on):
                continue
            protocols = inspections.sudo().with_context(bin_size=False)
            for names in TOGETHER:
                if not order[SIGNED[names[0]]]:
                    continue
                without = protocols.filtered(lambda protocol, name=names[0]: not protocol[name])
                if without:
                    inspections.browse(without.ids)._write_facts({name: order[SIGNED[name]] for name in names})

    def _drop_signatures(self):
        """Another protocol is signed anew."""
        signed = self.filtered(
            lambda inspection: any(inspection.sudo().with_context(bin_size=True)[name] for name in SIGNED))
        if signed:
            signed._write_facts(dict.fromkeys(SIGNED, False))


class CrmServiceOrder(models.Model):
    """An order that is signed at the end of a visit signs the protocols of its inspections."""

    _inherit = "crm.service.order"

    def write(self, vals):
        result = super().write(vals)
        if {"customer_signature", "technician_signature"} & vals.keys():
            # sudo: whoever takes a signature need not see each inspection
            done = self.sudo().inspection_ids.filtered(lambda inspection: inspection.state == "done")
            done._keep_signatures()
        return result
