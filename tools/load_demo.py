# Run by `odoo shell`: loads the addon's demo files into the database of a Polish company.
from pathlib import Path

from odoo.modules.module import Manifest
from odoo.tools.convert import convert_file

ADDON = "crm_enova_like"

env["ir.config_parameter"].init(force=True)  # noqa: F821 - a copied database gets keys of its own
manifest = Manifest.for_addon(ADDON)
for file in manifest["demo"]:
    if not (Path(manifest.path) / file).is_file():
        raise SystemExit(f"The demo file {file} of the manifest is missing")
    convert_file(env, ADDON, file, {}, mode="init", noupdate=True)  # noqa: F821
users = env["res.users"].search([])  # noqa: F821
if "odoobot_state" in users._fields:
    # Odoo's chat robot would greet each of them over the first form, on a phone over all of it
    users.odoobot_state = "disabled"
env.cr.commit()  # noqa: F821
