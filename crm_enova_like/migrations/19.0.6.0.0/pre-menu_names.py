"""Entries of the menu and a role that say something else now are said anew in Polish, too: an update translates only
what has no translation yet. What a firm called them itself stays."""

RENAMED = (
    ("ir_ui_menu", "name", "menu_warehouse", "Dokumenty magazynowe"),
    ("ir_ui_menu", "name", "menu_team_calendar", "Kalendarz"),
    ("ir_ui_menu", "name", "menu_config_device_type", "Typy urządzeń"),
    ("ir_ui_menu", "name", "menu_config_device_model", "Modele urządzeń"),
    ("res_groups", "comment", "group_manager", "Konfiguruje, otwiera ponownie i usuwa."),
)


def migrate(cr, version):
    for table, column, name, polish in RENAMED:
        cr.execute(
            f"""UPDATE {table} record SET {column} = record.{column} - 'pl_PL'
                  FROM ir_model_data data
                 WHERE data.module = 'crm_enova_like' AND data.name = %s AND data.res_id = record.id
                   AND record.{column}->>'pl_PL' = %s""", (name, polish))    # pylint: disable=sql-injection
