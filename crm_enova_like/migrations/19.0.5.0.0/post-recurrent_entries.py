"""A task or an order has one entry in the calendar. One that was repeated by hand leaves its recurrence: the other entries
of that stay, and move nothing any more.
"""
OURS = """(EXISTS (SELECT FROM crm_task t WHERE t.calendar_event_id = {0})
        OR EXISTS (SELECT FROM crm_service_order o WHERE o.calendar_event_id = {0}))"""


def migrate(cr, version):
    cr.execute(
        "UPDATE calendar_event e SET recurrence_id = NULL, recurrency = FALSE, follow_recurrence = FALSE"
        f" WHERE e.recurrence_id IS NOT NULL AND {OURS.format('e.id')}")
    # what is changed for all of a recurrence is changed by its first entry
    cr.execute(
        "UPDATE calendar_recurrence r SET base_event_id = (SELECT min(id) FROM calendar_event WHERE recurrence_id = r.id)"
        f" WHERE r.base_event_id IS NOT NULL AND {OURS.format('r.base_event_id')}")
