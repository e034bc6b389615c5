def post_init_hook(env):
    """Give what exists its defaults: each company its stages, order type and
    numbers, each warehouse its RW and ZW operation types."""
    companies = env["res.company"].search([])
    warehouses = env["stock.warehouse"].with_context(active_test=False).search([])
    warehouses._create_service_picking_types()
    companies._create_service_defaults()
    # the demonstration's are closed before there are translations
    env["crm.service.inspection"]._keep_anew()
    # its past is as made up as its registers
    for model in ("crm.service.order", "crm.service.order.device"):
        env[model].search([("done_is_estimate", "=", True)])._write_facts({"done_is_estimate": False})
    _continue_buffer_names(env)


def _continue_buffer_names(env):
    """Name open documents past those that an earlier installation left."""
    sequence = env.ref("crm_enova_like.sequence_buffer")
    env.cr.execute(
        "SELECT max(substring(name FROM %s)::int) FROM stock_picking WHERE name ~ %s",
        [r"\d+$", rf"^{sequence.prefix}\d{{1,9}}$"])
    [last] = env.cr.fetchone()
    if last:
        sequence.number_next = last + 1


def uninstall_hook(env):
    """Leave no dead operation types: unused ones go, used ones are archived
    with their sequences and locations, to be taken up by a new installation.
    """
    # papers carry the numbers of orders too, and the register of numbers goes with the addon
    env["ir.sequence"]._get_service_sequences()._keep_next_numbers()
    # an activity would hold its type, which goes with the addon
    env["mail.activity"].with_context(active_test=False).search([("activity_type_id", "in", [
        env.ref(f"crm_enova_like.mail_activity_parts_{name}").id for name in ("issued", "arrived")])]).unlink()
    # the stages that we made go, too: their campaigns begin anew
    stages = env["utm.stage"].browse(filter(None, (
        (stage := env.ref(f"crm_enova_like.utm_stage_{name}", raise_if_not_found=False)) and stage.id
        for name in ("running", "closed"))))
    if stages and (first := env["utm.stage"].search([("id", "not in", stages.ids)], limit=1)):
        env["utm.campaign"].with_context(active_test=False).search(
            [("stage_id", "in", stages.ids)]).write({"stage_id": first.id})
    PickingType = env["stock.picking.type"].with_context(active_test=False)
    types = PickingType.search([("service_document", "!=", False)])
    locations = env["res.company"].search([]).service_location_id
    sequences = types.sequence_id
    used = {
        picking_type for [picking_type] in env["stock.picking"]._read_group(
            [("picking_type_id", "in", types.ids)], ["picking_type_id"])
    } | {
        picking_type for [picking_type] in env["stock.move"]._read_group(
            [("picking_type_id", "in", types.ids)], ["picking_type_id"])
    }
    used_companies = {picking_type.company_id for picking_type in used}
    env["stock.warehouse"].with_context(active_test=False).search([]).write({"rw_type_id": False, "zw_type_id": False})
    env["crm.service.order.type"].with_context(active_test=False).search([]).write({"rw_picking_type_id": False})
    unused = types.filtered(lambda picking_type: picking_type not in used)
    types.write({"return_picking_type_id": False})
    unused.unlink()
    (types - unused).write({"active": False})
    env["res.company"].search([]).write({"service_location_id": False})
    for sequence in sequences:
        if sequence.company_id in used_companies:
            sequence.active = False
        else:
            sequence.unlink()
    used_locations = {
        location for [location] in env["stock.move"]._read_group(
            [("location_dest_id", "in", locations.ids)], ["location_dest_id"])
    } | {
        location for [location] in env["stock.move"]._read_group(
            [("location_id", "in", locations.ids)], ["location_id"])
    }
    for location in locations:
        if location in used_locations:
            location.active = False
        else:
            location.unlink()
