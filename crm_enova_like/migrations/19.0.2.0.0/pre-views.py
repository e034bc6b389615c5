"""Views that extend others begin empty, as in a new installation.

While this version's views are read in, one by one, Odoo applies to each all the addon's views that extend it: those of
the old version too, which look for pages and fields that now stand elsewhere. Empty, they hinder nobody, and keep
their records; each gets its contents when its file is read, and those that are no more are removed at the end.
"""


def migrate(cr, version):
    cr.execute(
        """
        UPDATE ir_ui_view v
           SET arch_db = jsonb_build_object('en_US', '<data/>')
          FROM ir_model_data d
         WHERE d.module = 'crm_enova_like' AND d.model = 'ir.ui.view' AND d.res_id = v.id
           AND d.noupdate IS NOT TRUE AND v.inherit_id IS NOT NULL AND v.mode = 'extension'
        """)
