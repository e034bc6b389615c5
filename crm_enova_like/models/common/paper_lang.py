def pick_lang(env, *codes):
    """The language of a paper: the first of some that is active still. Core renders nothing in one that is not.

    :param codes: codes of languages, empty ones too
    """
    # what is written in the code itself is always there
    active = {"en_US", *dict(env["res.lang"].get_installed())}
    return next((code for code in (*codes, env.context.get("lang")) if code in active), "en_US")
