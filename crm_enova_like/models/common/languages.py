def find_language(env, *codes):
    """The first of languages that is there: one in which a paper was printed, or that a contact reads, may have been
    taken away since.

    :param codes: codes of languages by precedence, empty ones too
    :return: code; the reader's own, else any, where none of them is there
    """
    installed = [code for code, _name in env["res.lang"].get_installed()]
    return next((code for code in (*codes, env.lang) if code in installed), installed[0] if installed else env.lang)
