def post_init_hook(env):
    """Give the companies that are there the new stage, and the new state its meaning for what is stored."""
    companies = env["res.company"].search([])    # pylint: disable=no-search-all  # companies are few
    companies._create_testing_stages()
    for model in ("crm.service.stage", "crm.service.order"):
        env[model]._recompute_is_open()


def uninstall_hook(env):
    """Put the stages away in which no order stands; in the others the work goes on: see ``ondelete`` of the state.

    Away, not gone: the log of the orders' stages keeps their names. The loans go, and what links them with them.
    """
    stages = env["crm.service.stage"].with_context(active_test=False).search([("state", "=", "testing")])
    used = env["crm.service.order"].with_context(active_test=False).search([("stage_id", "in", stages.ids)]).stage_id
    (stages - used).active = False
    # what is left of a kind that nobody knows any more could not be opened
    env["crm.document.link"].search([("res_model", "=", "crm.example.loan")]).unlink()
