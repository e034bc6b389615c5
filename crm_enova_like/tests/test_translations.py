import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path
from odoo.tools.translate import TranslationModuleReader

MODULE = "crm_enova_like"


@tagged("post_install", "-at_install")
class TestTranslations(TransactionCase):
    """The catalogues hold just what the addon says, and all of it in Polish."""

    def test_every_sentence_is_in_polish(self):
        said = {source for _module, _kind, _name, _res_id, source, *_rest in TranslationModuleReader(
            self.env.cr, modules=[MODULE])}
        self.assertGreater(len(said), 1000)
        template = {entry.msgid for entry in polib.pofile(file_path(f"{MODULE}/i18n/{MODULE}.pot"))}
        polish = {entry.msgid: entry.msgstr for entry in polib.pofile(file_path(f"{MODULE}/i18n/pl.po"))}
        self.assertFalse(sorted(said - template), "said, and not in the template")
        self.assertFalse(sorted(template - said), "in the template, and said nowhere")
        self.assertFalse(sorted(source for source in said if not polish.get(source)), "said, and not in Polish")

    def test_only_shipped_records_are_translated(self):
        """What a template names, an update writes into: never into what the firm or its demo data made."""
        named = {
            place.rpartition(":")[2] for entry in polib.pofile(file_path(f"{MODULE}/i18n/{MODULE}.pot"))
            for place, _line in entry.occurrences if place.startswith(("model:", "model_terms:"))}
        self.assertGreater(len(named), 1000)
        known = set(self.env["ir.model.data"].search([("module", "=", MODULE)]).mapped("complete_name"))
        self.assertFalse(sorted(name for name in named - known if name.startswith(f"{MODULE}.")))
