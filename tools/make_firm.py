# Run by `odoo shell`: makes the firm that the addon's tests share in this database.
from unittest.mock import patch

from passlib.context import CryptContext

from odoo.addons.crm_enova_like.tests.common import ServiceCommon

# as Odoo's own test cases: nobody logs in by these passwords, and to hash them well takes long
quick = CryptContext(["pbkdf2_sha512", "plaintext"], pbkdf2_sha512__rounds=1)
with patch.object(type(env["res.users"]), "_crypt_context", lambda self: quick):  # noqa: F821
    ServiceCommon.store_firm(env)  # noqa: F821
env.cr.commit()  # noqa: F821
