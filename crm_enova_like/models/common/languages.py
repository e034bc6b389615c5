SOURCE = "en_US"


def find_language(env, *codes):
    """The first of languages that is there: one in which a paper was printed, or that a contact reads, may have been
    taken away since.

    :param codes: codes of languages by precedence, empty ones too
    :return: code; the reader's own, else English, where none of them is there
    """
    # core takes English in any case: it is what the code is written in
    installed = {code for code, _name in env["res.lang"].get_installed()} | {SOURCE}
    return next((code for code in (*codes, env.lang) if code in installed), SOURCE)
