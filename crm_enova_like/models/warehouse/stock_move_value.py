from collections import defaultdict

from odoo import api, fields, models

from .core_ways import core_way, get_given


class StockMove(models.Model):
    """What the stock's ledger says of RWs and ZWs."""

    _inherit = "stock.move"

    # VALUE

    def _set_value(self, correction_quantity=None):
        # what an RW took stays worth what it was: core would value it anew when the price of a lot is corrected, while
        # the ledger keeps its entry
        valued = self.filtered(lambda move: (
            move.state == "done" and move.picking_id.service_document and move._is_service_issue()))
        others = self - valued
        # what a return brings back is the rest of what those before it brought
        back = others.filtered(lambda move: move.state == "done" and move._is_service_return())
        with core_way(self.env):
            return super(StockMove, others - back | back.sorted(lambda move: (move.date, move.id)))._set_value(
                correction_quantity=correction_quantity)

    def _get_value_from_returns(self, quantity, at_date=None):
        data = super()._get_value_from_returns(quantity, at_date=at_date)
        if data["quantity"] and self._is_service_return():
            data["value"] = self._get_returned_value(quantity)
        return data

    def _get_returned_value(self, quantity):
        """What part of an issue's value one return brings back: so much that all returns together bring back all of it,
        to the grosz, in however many pieces they come.

        :param quantity: in the product's unit
        """
        self.ensure_one()
        issue, currency = self.origin_returned_move_id, self.company_id.currency_id
        earlier = issue.returned_move_ids.filtered(lambda move: (
            move != self and move.state == "done" and (move.date, move.id) < (self.date, self.id)))
        before = sum(move._get_valued_qty() for move in earlier)
        return currency.round(issue.value * issue._get_share(before + quantity)) - sum(earlier.mapped("value"))

    def _get_share(self, quantity):
        """What part of one issue a quantity is, in the product's unit: no more than all of it, whatever decimals are
        left."""
        self.ensure_one()
        moved = self._get_valued_qty()
        return 1.0 if self.product_id.uom_id.compare(quantity, moved) >= 0 else quantity / moved

    def _get_service_cost(self):
        """What done moves of one line cost its order: the value of issues, less the same part of it for what came back,
        whatever a landed cost or a new valuation has made of that on the shelf."""
        issues = self._filter_service_issues()
        cost, returned = sum(issues.mapped("value")), defaultdict(float)
        for move in self._filter_service_returns():
            if move.origin_returned_move_id in issues:
                returned[move.origin_returned_move_id] += move._get_valued_qty()
            else:
                cost -= move.value
        return cost - sum(
            issue.company_id.currency_id.round(issue.value * issue._get_share(quantity))
            for issue, quantity in returned.items())

    def _tell_zero_values(self):
        """Say on the order and on the document what an RW issued at no cost: a cost that is set later does not reach
        it.

        :param self: done moves
        """
        free = self.filtered(lambda move: (
            move._is_service_issue() and move.product_id.is_storable and move.is_valued and move.quantity
            and move.company_id.currency_id.is_zero(move.value)))
        for picking, moves in free._as_service().grouped("picking_id").items():
            note = self.env._(
                "%(document)s was issued at cost zero: %(parts)s. A cost that is set now counts from the next document "
                "on.", document=picking.name,
                parts=", ".join(moves.product_id.mapped("display_name")))
            picking._message_log(body=note)
            picking.service_order_id._message_log(body=note)

    # ENTRIES

    def _get_service_account(self):
        """The account of what one move used up: that of the place of consumption, else the product's own expense
        account; empty for other moves."""
        self.ensure_one()
        place = self.location_dest_id if self._is_service_issue() else self.location_id
        if not self.picking_id.service_document or not (self._is_service_issue() or self._is_service_return()):
            return self.env["account.account"]
        return place.valuation_account_id or self.with_company(
            self.company_id).product_id._get_product_accounts()["expense"]

    def _should_create_account_move(self):
        if self._is_service_return() and self.origin_returned_move_id.account_move_id:
            # the mirror of the RW's entry, whatever has become of the product and its category since
            return bool(self.picking_id.service_document and self.value)
        return super()._should_create_account_move() or bool(
            self.product_id.is_storable and self.is_valued and self.product_id.valuation == "real_time"
            and self._get_service_account())

    def _get_account_move_line_vals(self):
        account = self._get_service_account()
        if not account:
            return super()._get_account_move_line_vals()
        stock = self.product_id._get_product_accounts()["stock_valuation"]
        # what comes back leaves the accounts to which it went, whatever is set up since
        went = self.origin_returned_move_id.account_move_id.line_ids.filtered(
            lambda line: line.product_id == self.product_id)
        stock = went.filtered(lambda line: line.credit)[:1].account_id or stock
        account = went.filtered(lambda line: line.debit)[:1].account_id or account
        credit, debit = (stock, account) if self._is_service_issue() else (account, stock)
        value, partner = self._get_aml_value(), self._get_service_partner()
        return [{
            "account_id": side.id, "name": f"{self.reference} - {self.product_id.name}",
            "product_id": self.product_id.id, "partner_id": partner.id,
            "credit": value if side == credit else 0, "debit": value if side == debit else 0,
        } for side in (credit, debit)]

    def _get_service_partner(self):
        """The contractor for whom moves used parts up."""
        # sudo: an entry names him, whoever validates
        return self.sudo().picking_id.service_order_id.partner_id.commercial_partner_id

    def _create_account_move(self):
        """One entry for each RW and ZW, with its number and contractor; what else is done at once has core's."""
        mine = self.filtered("picking_id.service_document")
        if any(move._should_create_account_move() or move._get_analytic_distribution() for move in mine):
            self._draw_service_numbers()
        entries = super(StockMove, self - mine)._create_account_move()
        for picking, moves in mine.grouped("picking_id").items():
            # core drops such defaults where a user becomes superuser for the entry
            named = moves._as_service().with_context(
                default_ref=picking.name, default_partner_id=moves._get_service_partner().id,
                # the day of the number, not that of the user's time zone, in which it might be tomorrow's: core keeps
                # such entries as drafts
                force_period_date=picking.company_id._service_date(fields.Datetime.now()),
                tz=str(picking.company_id._service_tz()))
            entries |= super(StockMove, named)._create_account_move().with_env(self.env)
        return entries

    def _get_analytic_distribution(self):
        """Parts of a project's order cost the project. Core's switch for it on the operation type would bill them to
        the customer of the project as well, once more for what comes back."""
        if self.picking_id.service_document:
            picking = self.picking_id
            distribution = "project_id" in picking._fields and picking.project_id._get_analytic_distribution()
            return distribution or super()._get_analytic_distribution()
        return super()._get_analytic_distribution()

    def _prepare_analytic_lines(self):
        result = super()._prepare_analytic_lines()
        if self.state == "done" and self.picking_id.service_document and self.analytic_account_line_ids:
            # core makes them before the document has its number
            self.analytic_account_line_ids.name = self.picking_id.name
        return result


class ProductValue(models.Model):
    _inherit = "product.value"

    @api.model_create_multi
    def create(self, vals_list):
        self.env["stock.move"].browse(get_given(self, vals_list, "move_id")).picking_id._check_service_done()
        return super().create(vals_list)
