"""Kits of mrp as parts (test_neighbours.py runs it after the stories of neighbour_stories.py)."""

KITS = r"""
def made_of(made, *rows):
    return env["mrp.bom"].create({
        "product_tmpl_id": made.product_tmpl_id.id, "type": "phantom", "product_qty": 1, "bom_line_ids": [
            Command.create({"product_id": part.id, "product_qty": quantity}) for part, quantity in rows]})


@story
def kits():
    gasket, screws, oil = product("Gasket", cost=5.0), product("Screw set", cost=2.0), product("Oil", cost=3.0)
    kit, one = product("Seal kit"), product("Oil set")
    for part in (gasket, screws, oil):
        put(part, 10)
    made_of(kit, (gasket, 1), (screws, 4))
    made_of(one, (oil, 1))
    taken = new_order()
    two, single = plan(taken, kit, 2), plan(taken, one, 1)
    error = refusal(taken.action_issue_parts)
    invoice = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": contractor.id, "invoice_date": fields.Date.today(),
        "invoice_line_ids": [Command.create({"product_id": gasket.id, "quantity": 1, "price_unit": 9})]})
    taken.with_user(env.user)._link_documents(invoice)
    left = [on_hand(gasket), on_hand(screws), on_hand(oil)]
    put(screws, 20)
    # sold on the order, kits are what they consist of, also where core does not track the kit itself
    kit.is_storable = False
    told = {}

    def sell(order, part, quantity=1):
        sale = env["sale.order"].create({"partner_id": contractor.id, "order_line": [Command.create({
            "product_id": part.id, "product_uom_qty": quantity, "tax_ids": [Command.clear()]})]})
        order.with_user(env.user)._link_documents(sale)
        return sale

    def bill(order, part):
        bill = env["account.move"].create({
            "move_type": "out_invoice", "partner_id": contractor.id, "invoice_date": fields.Date.today(),
            "invoice_line_ids": [Command.create({"product_id": part.id, "quantity": 1, "price_unit": 9})]})
        order.with_user(env.user)._link_documents(bill)
        return bill

    told["kit sold"] = refusal(sell(taken, kit).action_confirm)
    told["kit billed"] = refusal(bill(taken, kit).action_post)
    single_issued = new_order()
    plan(single_issued, gasket, 1)
    single_issued.action_issue_parts()
    told["kit of a component sold"] = refusal(sell(single_issued, kit).action_confirm)
    told["kit of others sold"] = refusal(sell(single_issued, one).action_confirm)
    for name, part in (("component after a kit", gasket), ("kit after a kit", kit), ("kit of others", one)):
        waits = new_order()
        plan(waits, part, 1)
        sell(waits, kit).action_confirm()
        told[name] = refusal(waits.action_issue_parts)
    paid = new_order()
    plan(paid, screws, 1)
    bill(paid, kit).action_post()
    told["component after a billed kit"] = refusal(paid.action_issue_parts)
    beside = new_order()
    plan(beside, kit, 1)
    plan(beside, kit, 1, supply="sale")
    other = sell(beside, kit)
    other.action_confirm()
    told["another kit"] = refusal(beside.action_issue_parts)
    other.picking_ids.move_ids.picked = True
    other.picking_ids.button_validate()
    told["another kit billed"] = refusal(other._create_invoices().action_post)
    return {"error": error, "told": told, "issued": [two.quantity_issued, single.quantity_issued],
            "to_issue": [two.quantity_to_issue, single.quantity_to_issue], "cost": [two.cost, single.cost],
            "left": left, "component": refusal(invoice.action_post)}


class Kit:
    # a kit of a gasket and four screws on one line of an order, and what of it is where

    def __init__(self, issue_by="technician"):
        self.gasket, self.screw = product("Gasket", cost=5.0), product("Screw", cost=2.0)
        self.clip, self.kit = product("Clip", cost=1.0), product("Seal kit", cost=30.0)
        self.parts = self.gasket | self.screw | self.clip | self.kit
        for part in self.parts:
            put(part, 50)
        self.order, self.line = new_order(issue_by), None

    def becomes(self, *rows):
        env["mrp.bom"].search([("product_tmpl_id", "=", self.kit.product_tmpl_id.id)]).unlink()
        if rows:
            made_of(self.kit, *rows)
        self.refresh()

    def refresh(self):
        env.flush_all()
        env.invalidate_all()

    def issue(self, quantity):
        if self.line:
            self.line.quantity = quantity
        else:
            self.line = plan(self.order, self.kit, quantity)
        self.order.action_issue_parts()
        return self.tell()

    def give_back(self, quantity):
        self.line.return_to_stock(quantity)
        return self.tell()

    def documents(self, kind):
        return self.order.sudo().picking_ids.filtered(lambda picking: picking.service_document == kind).sorted("id")

    def keeper_returns(self, rw, quantities):
        # by core's Return on the RW
        wizard = env["stock.return.picking"].with_user(keeper).create({"picking_id": rw.id})
        for row in wizard.product_return_moves:
            row.quantity = quantities.get(row.product_id, 0)
        done_by_keeper(wizard._create_return())
        return self.tell()

    def keeper_types(self, part, quantity):
        # a ZW by hand
        place = self.documents("rw")[0].location_dest_id
        zw = env["stock.picking"].with_user(keeper).create({
            "picking_type_id": warehouse.zw_type_id.id, "service_order_id": self.order.id, "location_id": place.id,
            "location_dest_id": warehouse.lot_stock_id.id, "move_ids": [Command.create({
                "product_id": part.id, "product_uom_qty": quantity, "location_id": place.id,
                "location_dest_id": warehouse.lot_stock_id.id})]})
        zw.action_confirm()
        done_by_keeper(zw)
        return self.tell()

    def demand(self):
        # what Parts needed says: needed, reserved, short
        self.refresh()
        rows = env["crm.service.part.demand"].search([("product_id", "=", self.kit.id)])
        return [[row.quantity, row.quantity_reserved, row.is_short] for row in rows]

    def tell(self):
        # issued, returned, still planned, cost, and what is out of the stock
        self.refresh()
        line = self.line
        return [line.quantity_issued, line.quantity_returned, line.quantity_to_issue, line.cost,
                [50 - on_hand(part) for part in self.parts]]


@story
def kit_and_product():
    it = Kit()
    it.becomes((it.gasket, 1), (it.screw, 4))
    told = [it.issue(2)]
    it.becomes()
    return [*told, it.issue(3), it.give_back(1), it.give_back(2)]


@story
def kit_changed():
    it = Kit()
    it.becomes((it.gasket, 1), (it.screw, 4))
    told = [it.issue(2)]
    it.becomes((it.gasket, 1), (it.clip, 2))
    told += [it.issue(3), it.give_back(1)]
    it.gasket.standard_price = 50.0
    return [*told, it.give_back(1), it.give_back(it.line._get_returnable_quantity())]


@story
def kit_of_more():
    it = Kit()
    it.becomes((it.gasket, 2))
    told = [it.issue(2)]
    it.becomes((it.gasket, 3))
    return [*told, it.issue(3), it.give_back(2), it.give_back(1)]


@story
def became_a_kit():
    it = Kit()
    told = [it.issue(2)]
    it.becomes((it.gasket, 1), (it.screw, 4))
    told.append(it.issue(5))
    told.append(it.keeper_returns(it.documents("rw")[0], {it.kit: 1}))
    return [*told, it.give_back(1), it.give_back(it.line._get_returnable_quantity())]


@story
def kit_back_in_pieces():
    it = Kit()
    it.becomes((it.gasket, 1), (it.screw, 4))
    it.issue(3)
    rw = it.documents("rw")
    told = [it.keeper_returns(rw, {it.gasket: 1}), it.keeper_returns(rw, {it.screw: 4})]
    told.append(it.keeper_returns(rw, {it.screw: 2}))
    # of the next kit two screws are back already
    return [*told, it.give_back(1), it.give_back(1)]


@story
def kit_issued_in_pieces():
    it = Kit("warehouse")
    it.becomes((it.gasket, 1), (it.screw, 4))
    told = [it.issue(2), it.demand()]
    rw = it.documents("rw").with_user(keeper)
    screws = rw.move_ids.filtered(lambda move: move.product_id == it.screw)
    screws.quantity = 4
    rw.move_ids.picked = True
    rw.with_context(skip_backorder=True).button_validate()
    told.append(it.tell())
    rest = it.documents("rw")[-1]
    done_by_keeper(rest)
    told.append(it.tell())
    it.line.return_to_stock(2)
    done_by_keeper(it.documents("zw"))
    return [*told, it.tell()]


@story
def kit_with_one_more():
    it = Kit("warehouse")
    it.becomes((it.gasket, 1), (it.screw, 4))
    it.issue(2)
    rw = it.documents("rw").with_user(keeper)
    # one breaks, and the keeper gives another
    rw.move_ids.filtered(lambda move: move.product_id == it.gasket).quantity = 3
    rw.move_ids.picked = True
    rw.button_validate()
    told = [it.tell()]
    it.order.type_id.sudo().issue_by = "technician"
    return [*told, it.give_back(1), it.give_back(1)]


def issued_but_for_screws(quantity, screws, **context):
    # the keeper issues a kit without all of its screws
    it = Kit("warehouse")
    it.becomes((it.gasket, 1), (it.screw, 4))
    it.issue(quantity)
    rw = it.documents("rw").with_user(keeper)
    rw.move_ids.filtered(lambda move: move.product_id == it.screw).quantity = screws
    it.needed = it.demand()
    rw.move_ids.filtered(lambda move: move.quantity).picked = True
    rw.with_context(**context)._action_done()
    return it


@story
def kit_incomplete():
    it = issued_but_for_screws(2, 0, cancel_backorder=True)
    told = [it.tell()]
    it.issue(it.line.quantity + 1)
    done_by_keeper(it.documents("rw")[-1])
    told.append(it.tell())
    it.line.return_to_stock(it.line._get_returnable_quantity())
    for zw in it.documents("zw"):
        done_by_keeper(zw)
    return [*told, it.tell()]


@story
def kit_half_out():
    it = issued_but_for_screws(3, 0)
    invoice = env["account.move"].create({
        "move_type": "out_invoice", "partner_id": contractor.id, "invoice_date": fields.Date.today(),
        "invoice_line_ids": [Command.create({"product_id": it.gasket.id, "quantity": 1, "price_unit": 9})]})
    it.order.with_user(env.user)._link_documents(invoice)
    bill = refusal(invoice.action_post)
    question = it.order.action_cancel()
    it.order.type_id.sudo().issue_by = "technician"
    env[question["res_model"]].with_user(technician).with_context(**question["context"]).create(
        {"mode": "return"}).action_cancel()
    return {"bill": bill, "needed": it.needed, "told": it.tell(), "state": it.order.state,
            "documents": sorted(it.order.sudo().picking_ids.mapped("state"))}


@story
def kit_lowered():
    it = issued_but_for_screws(3, 0)
    it.line.quantity = 1
    told = [it.tell()]
    done_by_keeper(it.documents("rw").filtered(lambda picking: picking.state not in ("done", "cancel")))
    told.append(it.tell())
    it.order.type_id.sudo().issue_by = "technician"
    return [*told, it.give_back(1)]


@story
def kit_component_out():
    # no kit is whole, and what is out of it stays the order's
    it = issued_but_for_screws(2, 0, cancel_backorder=True)
    it.order.type_id.sudo().issue_by = "technician"
    filter = product("Filter")
    told = {
        "product": refusal(lambda: it.line.write({"product_id": filter.id})),
        "deleted": refusal(lambda: it.line.sudo().unlink()),
        "device deleted": refusal(lambda: it.order.device_line_ids.sudo().unlink())}
    it.order.device_line_ids.action_unrepairable()
    told["dropped"] = it.tell() + [it.line.quantity, it.order.sudo().total_cost]
    told["back"] = it.give_back(it.line._get_returnable_quantity())
    return {**told, "free": refusal(lambda: it.line.sudo().unlink())}


@story
def kit_back_while_others_wait():
    # one of three is whole, the gaskets of the others are out, and their screws wait
    it = issued_but_for_screws(3, 4)
    it.order.type_id.sudo().issue_by = "technician"
    told = [it.tell(), it.give_back(1)]
    done_by_keeper(it.documents("rw")[-1])
    return [*told, it.tell(), it.give_back(1), it.give_back(1)]


@story
def kit_back_and_the_others_cancelled():
    it = issued_but_for_screws(3, 4)
    it.order.type_id.sudo().issue_by = "technician"
    told = [it.give_back(1)]
    it.documents("rw")[-1].action_cancel()
    return [*told, it.give_back(it.line._get_returnable_quantity())]


@story
def kit_completed():
    # four of twelve screws are issued, and no backorder is made
    it = issued_but_for_screws(3, 4, cancel_backorder=True)
    it.order.type_id.sudo().issue_by = "technician"
    return [it.tell(), it.issue(3), it.issue(4), it.give_back(1), it.give_back(3)]


@story
def kit_completed_by_the_last():
    # no gasket is left, and none is needed; then a screw is missing
    it = issued_but_for_screws(3, 4, cancel_backorder=True)
    it.order.type_id.sudo().issue_by = "technician"
    put(it.gasket, -on_hand(it.gasket))
    put(it.screw, 7 - on_hand(it.screw))
    offered = env["crm.service.issue.wizard"].browse(it.order.action_issue_parts_screen()["res_id"])
    told = [[line.product_id.name, line.needed, line.free] for line in offered.sudo().line_ids]
    put(it.screw, 1)
    return [told, it.order.action_issue_parts_screen(), it.tell()[:4]]


def added_by_the_keeper(**vals):
    # a kit on the RW of an order that had not planned it
    it, it.filter = Kit("warehouse"), product("Filter")
    it.becomes((it.gasket, 1), (it.screw, 4))
    put(it.filter, 5)
    plan(it.order, it.filter)
    it.order.action_issue_parts()
    rw = it.documents("rw").with_user(keeper)
    env["stock.move"].with_user(keeper).create({
        "picking_id": rw.id, "product_id": it.kit.id, "location_id": rw.location_id.id,
        "location_dest_id": rw.location_dest_id.id, **(vals or {"product_uom_qty": 2})})
    rw.action_confirm()
    it.line = it.order.line_ids.filtered(lambda line: line.product_id == it.kit)
    return it, rw


@story
def kit_added_by_the_keeper():
    it, rw = added_by_the_keeper()
    told = [[it.line.quantity, *it.tell()]]
    plan(it.order, it.filter)
    it.order.action_reserve_parts()
    told.append([it.line.quantity, *it.tell()])
    done_by_keeper(rw)
    return [*told, [it.line.quantity, *it.tell()]]


@story
def kit_added_in_part():
    it, rw = added_by_the_keeper()
    rw.action_assign()
    for move in rw.move_ids:
        move.quantity = move.product_uom_qty / (2 if move.sudo().service_kit else 1)
    rw.move_ids.picked = True
    rw.with_context(skip_backorder=True).button_validate()
    told = [[it.line.quantity, *it.tell()]]
    done_by_keeper(it.documents("rw")[-1])
    return [*told, [it.line.quantity, *it.tell()]]


@story
def kit_added_without_a_plan():
    # what is on the draft is what it holds
    it, rw = added_by_the_keeper(quantity=2)
    told = [[it.line.quantity, *it.tell()]]
    rw.move_ids.picked = True
    rw.button_validate()
    return [*told, [it.line.quantity, *it.tell()]]


@story
def kit_raised_by_the_keeper():
    it, rw = added_by_the_keeper()
    for move in rw.move_ids:
        move.quantity = move.product_uom_qty * (1.5 if move.sudo().service_kit else 1)
    rw.move_ids.picked = True
    rw.button_validate()
    return {"told": it.tell(), "documents": it.documents("rw").mapped("state")}


@story
def kit_out_again():
    it = Kit()
    it.becomes((it.gasket, 1), (it.screw, 4))
    it.issue(2)
    for picking in ("rw", "zw"):
        wizard = env["stock.return.picking"].with_user(keeper).create({"picking_id": it.documents(picking)[0].id})
        for row in wizard.product_return_moves:
            row.quantity = row.move_id.quantity
        done_by_keeper(wizard._create_return())
    return {"told": [it.tell(), it.give_back(2)], "documents": sorted(
        (picking.service_document, picking.state) for picking in it.order.sudo().picking_ids)}


@story
def kit_by_hand():
    it = Kit()
    it.becomes((it.gasket, 2))
    it.issue(1)
    it.gasket.standard_price = 9.0
    it.becomes((it.gasket, 3))
    told = [it.issue(2)]
    too_much = refusal(lambda: it.keeper_types(it.gasket, 6))
    return {"told": [*told, it.keeper_types(it.gasket, 4), it.keeper_types(it.gasket, 1)], "too_much": too_much,
            "again": refusal(lambda: it.keeper_types(it.gasket, 1))}
"""
