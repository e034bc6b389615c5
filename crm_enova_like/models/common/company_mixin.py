from odoo import api, models


class CrmCompanyMixin(models.AbstractModel):
    """Records of a company that name others: of all that are named it is asked once whether they are its, too.

    Core asks for each record and each of its fields.
    """

    _name = "crm.company.mixin"
    _description = "Belongs to a Company"
    _inherit = ["crm.values.mixin"]

    def _check_company(self, fnames=None):
        checked = self._filter_astray(fnames) if self._is_asked_at_once() else self
        return super(CrmCompanyMixin, checked)._check_company(fnames)

    @api.model
    def _is_asked_at_once(self):
        """Whether it is asked so now."""
        return True

    def _filter_astray(self, fnames):
        """Those of the records that may name something of another company, which core then says.

        :param fnames: names of the fields to look at; None for all
        """
        names = self._fields if fnames is None or "company_id" in fnames else fnames
        fields = [self._fields[name] for name in names]
        fields = [field for field in fields if field.relational and field.check_company]
        if any(field.company_dependent for field in fields):
            return self
        astray = self.browse()
        # sudo: as core, which checks what its user need not see
        for company, records in self.sudo().grouped("company_id").items():
            named = {}
            for field in fields:
                named.setdefault(field.comodel_name, []).append(records.mapped(field.name))
            for one, *others in named.values():
                found = one.union(*others)
                domain = found and found._check_company_domain(company)
                strange = found - found.with_context(active_test=False).filtered_domain(domain) if domain else None
                if strange:
                    astray |= records.filtered(lambda record, strange=strange: any(
                        record[field.name] & strange for field in fields if field.comodel_name == strange._name))
        # core tells the first ones of them
        return self & astray
