from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .named_mixin import MODULE
from .queries import fields_naming


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Odoo's merge of duplicate contacts moves what names them by SQL, past every rule, and deletes or breaks on rows
    that a unique rule refuses. So doubles of ours are resolved before.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        dst_partner._prepare_merge(src_partners)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        # by SQL, a company has another contact, and perhaps another time zone
        self.env.registry.clear_cache()
        return result


class ResPartner(models.Model):
    """What becomes of our records when contacts are merged into one."""

    _inherit = "res.partner"

    def _prepare_merge(self, sources):
        """Before others are merged into one contact: resolve what would be there twice; each wing adds its own.

        :param sources: the contacts that go
        :raises UserError: the contact would be of one company, and records of another one name it
        """
        self.ensure_one()
        self._check_merge_companies(sources)
        self._drop_double_followers(sources)
        self._drop_double_names(sources)

    def _check_merge_companies(self, sources):
        """Refuse a merge after which records of one company would name a contact of another: core writes the company of
        either contact to the one that stays.

        sudo: those out of sight name it as well; told is whose they are.
        """
        everyone = (self | sources).sudo()
        company = self.sudo().company_id or sources.sudo().company_id[-1:]
        if not company:
            return
        named = {}
        for model, name in fields_naming(self.env, self._name):
            Model = self.env[model]
            if Model._original_module == MODULE and "company_id" in Model._fields and (
                    Model._fields[name].type == "many2one" and Model._fields[name].check_company):
                named.setdefault(model, []).append(name)
        for model, names in named.items():
            Model = self.env[model].sudo().with_context(active_test=False)
            domain = Domain.OR(Domain(name, "in", everyone.ids) for name in names)
            for [other] in Model._read_group(domain & Domain("company_id", "!=", company.id), ["company_id"]):
                if company not in other.parent_ids:
                    raise UserError(self.env._(
                        "%(contact)s would belong to company %(company)s, and records of company %(other)s name it "
                        "(%(kind)s). Empty the field “Company” of these contacts first, so that both companies share "
                        "the one that stays.",
                        contact=self.display_name, company=company.name, other=other.name,
                        kind=self.env["ir.model"].sudo()._get(model).name))

    def _drop_double_followers(self, sources):
        """Of contacts that follow the same record, one does: core would let none of the others' followings go over."""
        self.env["mail.followers"].flush_model()
        self.env.cr.execute(SQL(
            """DELETE FROM mail_followers f USING mail_followers other
                WHERE f.partner_id IN %(sources)s AND other.partner_id IN %(everyone)s AND f.id != other.id
                  AND other.res_model = f.res_model AND other.res_id = f.res_id
                  AND (other.partner_id = %(target)s OR other.id < f.id)""",
            sources=tuple(sources.ids), everyone=tuple((self | sources).ids), target=self.id))
        self.env["mail.followers"].invalidate_model()

    def _drop_double_names(self, sources):
        """Where a record of ours names several of the contacts in one list, it names one: core leaves the others there
        until they are deleted, which what is named in our records cannot be."""
        for model, name in fields_naming(self.env, self._name):
            field = self.env[model]._fields[name]
            if field.type == "many2many":
                self.env[model].flush_model([name])
                self.env.cr.execute(SQL(
                    """DELETE FROM %(table)s row USING %(table)s other
                        WHERE row.%(partner)s IN %(sources)s AND other.%(partner)s IN %(everyone)s
                          AND other.%(record)s = row.%(record)s AND other.%(partner)s != row.%(partner)s
                          AND (other.%(partner)s = %(target)s OR other.%(partner)s < row.%(partner)s)""",
                    table=SQL.identifier(field.relation), partner=SQL.identifier(field.column2),
                    record=SQL.identifier(field.column1), sources=tuple(sources.ids),
                    everyone=tuple((self | sources).ids), target=self.id))
                self.env[model].invalidate_model([name])
