"""Window actions: the one way to open a list, a form or a dialog."""


def open_action(env, xml_id, **values):
    """A stored window action as it is, with its own filters.

    :param values: keys that are replaced
    :return: dict for the web client
    """
    return {**env["ir.actions.actions"]._for_xml_id(xml_id), **values}


def open_list(env, xml_id, domain, context=None, **values):
    """A stored window action on some of its records.

    :param xml_id: of the action, with its module
    :param domain: of the records to show
    :param context: in place of the action's own; its filters and defaults would not fit
    :param values: other keys of the action, as ``name``
    :return: dict for the web client
    """
    return open_action(env, xml_id, **{"domain": domain, "context": context or {}, **values})


def open_records(records, xml_id, context=None, **values):
    """A stored window action on given records: the form of one, the list of several."""
    action = open_list(records.env, xml_id, [("id", "in", records.ids)], context, **values)
    if len(records) == 1:
        action.update(res_id=records.id, view_mode="form", views=[(False, "form")])
    return action


def open_form(env, model, name, context=None, res_id=False, view=None, target="current"):
    """A form, of a new record or of one that is there.

    :param view: xml id of the form, where it is not the model's first one
    :param target: "current", or "new" for a dialog
    """
    return {
        "type": "ir.actions.act_window", "name": name, "res_model": model, "res_id": res_id,
        "view_mode": "form", "views": [(env.ref(view).id if view else False, "form")], "target": target,
        "context": context or {},
    }


def open_dialog(env, model, name, context=None, res_id=False, view=None):
    """A wizard, or a record in a dialog."""
    return open_form(env, model, name, context, res_id, view, target="new")


def notify(message, kind="success"):
    """A notice, after which the view that the button stands on is read again.

    :param kind: "success", "warning" or "danger"
    """
    return {
        "type": "ir.actions.client", "tag": "display_notification",
        "params": {"type": kind, "message": message, "next": {"type": "ir.actions.client", "tag": "soft_reload"}},
    }
