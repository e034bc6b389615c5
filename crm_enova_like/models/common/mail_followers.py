from odoo import models

# the followers of records that are being made, as core finds them one record after another
MADE = "crm_followers_made"


class Made:
    """Followers of so many new records of one model, put in at once when the last of them is known."""

    def __init__(self, model, count):
        self.model, self.left, self.alike = model, count, {}

    def take(self, res_model, res_ids, partner_ids, subtypes, policy):
        """Whether these are followers of one of the records; then they are kept."""
        if not self.left or (res_model, policy, len(res_ids)) != (self.model, "update", 1):
            return False
        self.left -= 1
        if partner_ids:
            alike = frozenset(
                (partner_id, frozenset((subtypes or {}).get(partner_id, ()))) for partner_id in partner_ids)
            self.alike.setdefault(alike, (partner_ids, subtypes, []))[2].extend(res_ids)
        return True

    def put(self, followers):
        """Put in what was kept, those of records with the same followers at once."""
        self.left, kept, self.alike = 0, self.alike, {}
        for partner_ids, subtypes, res_ids in kept.values():
            followers._insert_followers(self.model, res_ids, partner_ids, subtypes, existing_policy="update")


class MailFollowers(models.Model):
    """Whoever follows many new records is put in at once; core does it record by record, in three statements each."""

    _inherit = "mail.followers"

    def _insert_followers(self, res_model, res_ids, partner_ids, subtypes=None, customer_ids=None, check_existing=True,
                          existing_policy="skip"):
        made = self.env.context.get(MADE)
        if made and check_existing and made.take(res_model, res_ids, partner_ids, subtypes, existing_policy):
            if not made.left:
                made.put(self)
            return None
        return super()._insert_followers(
            res_model, res_ids, partner_ids, subtypes, customer_ids=customer_ids, check_existing=check_existing,
            existing_policy=existing_policy)
