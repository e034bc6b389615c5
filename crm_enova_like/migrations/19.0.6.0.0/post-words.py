"""Words of the screens that this version says otherwise in Polish: an update translates only what has no translation
yet. Where a firm has put a word of its own, that stays."""
from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

POLISH = "pl_PL"
# what is said in English: (the Polish of the version before, that of this one)
WORDS = {
    "A service order is one job for one contractor, on one or several devices. Choose the "
    "contractor, write down what is wrong with the device and save: the order gets its number.": (
        ("Zlecenie serwisowe to jedna praca dla jednego kontrahenta, na jednym lub kilku urządzeniach. "
        "Wybierz kontrahenta, zapisz, co dolega urządzeniu, i zatwierdź zapis: zlecenie otrzyma numer."),
        ("Zlecenie serwisowe to jedna praca dla jednego kontrahenta, na jednym lub kilku urządzeniach. "
        "Wybierz kontrahenta, opisz usterkę urządzenia i zapisz: zlecenie otrzyma numer.")),
    "A tag with this name exists already.": ("Etykieta o tej nazwie już istnieje.", "Tag o tej nazwie już istnieje."),
    "Ask the warehouse for parts": ("Zamów części z magazynu", "Poproś magazyn o części"),
    "Cancel Reason": ("Przyczyna anulowania", "Powód anulowania"),
    "Correct": ("Popraw", "Sprostuj"),
    "Correct a Fact": ("Sprostowanie faktu", "Sprostowanie zapisu"),
    "Correct a fact": ("Popraw fakt", "Sprostuj zapis"),
    "Correct a fact…": ("Popraw fakt…", "Sprostuj zapis…"),
    "Create a tag": ("Utwórz etykietę", "Utwórz tag"),
    "Delivers or Expenses Goods": ("Dostarcza lub obciąża kosztem towary", "Wydaje towary lub obciąża nimi koszty"),
    "Device of the job": ("Urządzenie w pracy", "Urządzenie w zleceniu"),
    "Done, no event": ("Wykonane, bez zdarzenia", "Zakończ bez zdarzenia"),
    "Done, with an event": ("Wykonane, ze zdarzeniem", "Zakończ i zapisz zdarzenie"),
    "Done…": ("Wykonane…", "Zakończ…"),
    "Draft": ("Projekt", "Bufor"),
    "Fact": ("Fakt", "Zapis"),
    "Fact to Correct": ("Fakt do sprostowania", "Zapis do sprostowania"),
    "Facts to Choose From": ("Fakty do wyboru", "Zapisy do wyboru"),
    "Free quantity in the warehouse that the catalogue was opened for.": (
        "Wolna ilość w magazynie, dla którego otwarto katalog.",
        "Ilość dostępna w magazynie, dla którego otwarto katalog."),
    "Has Facts": ("Ma fakty", "Ma zapisy"),
    "Has a Performer": ("Ma wykonawcę", "Ma wykonującego"),
    "Job": ("Praca", "Zlecenie"),
    "Note": ("Uwagi", "Notatka"),
    "Of those who left": ("Tych, którzy odeszli", "Po osobach, które odeszły"),
    "Orders without a technician wait here. The first to press <i>Take</i> has the order.": (
        ("Tu czekają zlecenia bez serwisanta. Zlecenie dostaje ten, kto pierwszy naciśnie "
        "<i>Przejmij</i>."),
        "Tu czekają zlecenia bez serwisanta. Zlecenie dostaje ten, kto pierwszy naciśnie <i>Weź</i>."),
    "Parts To Request": ("Części do zamówienia z magazynu", "Części, o które trzeba poprosić magazyn"),
    "Performer Stays": ("Wykonawca bez zmian", "Wykonujący bez zmian"),
    "Place Then": ("Miejsce w dniu przeglądu", "Lokalizacja w dniu przeglądu"),
    "Products and Units When Closed": ("Towary i jednostki przy zamknięciu", "Produkty i jednostki przy zamknięciu"),
    "Qualification Then": ("Kwalifikacje w tym dniu", "Uprawnienia w tym dniu"),
    "Reason": ("Przyczyna", "Powód"),
    "Service Tag": ("Etykieta serwisowa", "Tag zlecenia"),
    "Tags": ("Etykiety", "Tagi"),
    "Take": ("Przejmij", "Weź"),
    "Take that contractor": ("Przyjmij tego kontrahenta", "Wybierz tego kontrahenta"),
    "Tasks and Orders of Those Who Left": (
        "Zadania i zlecenia tych, którzy odeszli",
        "Zadania i zlecenia osób, które odeszły"),
    "The date of its plan that this inspection stands for, also when it was moved to another day.": (
        "Termin z planu, za który stoi ten przegląd, także po przesunięciu na inny dzień.",
        "Termin z planu, któremu odpowiada ten przegląd, także po przesunięciu na inny dzień."),
    "The inspections of this order that are not done yet go back to planned, with the reason in "
    "their history.": (
        "Niewykonane przeglądy tego zlecenia wracają do zaplanowanych, z przyczyną w historii.",
        "Niewykonane przeglądy tego zlecenia wracają do zaplanowanych, z powodem w historii."),
    "What happened follows from what was done, and is not edited. What was recorded wrongly is "
    "corrected here; the old value, the new one and the reason go into the chatter.": (
        ("To, co się stało, wynika z wykonanych czynności i nie podlega edycji. Tu prostuje się to, co "
        "zapisano błędnie; dawna i nowa wartość oraz powód trafiają do dyskusji."),
        ("To, co się stało, wynika z wykonanych czynności i nie podlega edycji. Tu prostuje się to, co "
        "zapisano błędnie; dawna i nowa wartość oraz powód trafiają do historii rekordu.")),
    "What is needed and neither reserved, nor free, nor incoming.": (
        "Ilość potrzebna, która nie jest ani zarezerwowana, ani wolna, ani nie nadchodzi.",
        "Ilość potrzebna, która nie jest ani zarezerwowana, ani dostępna, ani nie nadchodzi."),
    "What open service orders have still to get, product by product, with what is free, what comes "
    "and what is short. <i>Replenish</i> orders it.": (
        ("Czego otwarte zlecenia serwisowe jeszcze potrzebują, towar po towarze: ile jest wolne, ile "
        "nadejdzie i ile brakuje. <i>Uzupełnij</i> zamawia brakującą ilość."),
        ("Czego otwarte zlecenia serwisowe jeszcze potrzebują, produkt po produkcie: ile jest dostępne, "
        "ile nadejdzie i ile brakuje. <i>Uzupełnij</i> zamawia brakującą ilość.")),
    "With": ("Z", "Z kim"),
}
# what is translated as a whole, and what is translated sentence by sentence
WHOLE = (
    ("ir.model", "name"), ("ir.model.fields", "field_description"), ("ir.model.fields", "help"),
    ("ir.model.fields.selection", "name"), ("ir.model.constraint", "message"), ("ir.ui.menu", "name"),
    ("ir.actions.act_window", "name"), ("ir.actions.server", "name"))
SENTENCES = (("ir.ui.view", "arch_db"), ("ir.actions.act_window", "help"))


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"active_test": False})
    for model, name in WHOLE:
        table, column = SQL.identifier(env[model]._table), SQL.identifier(name)
        cr.execute(SQL(
            """UPDATE %(table)s r SET %(column)s = jsonb_set(r.%(column)s, '{pl_PL}', to_jsonb(word.now))
                 FROM ir_model_data d, (VALUES %(words)s) AS word(english, before, now)
                WHERE d.module = 'crm_enova_like' AND d.model = %(model)s AND d.res_id = r.id
                  AND r.%(column)s->>'en_US' = word.english AND r.%(column)s->>'pl_PL' = word.before""",
            table=table, column=column, model=model,
            words=SQL(", ").join(SQL("(%s, %s, %s)", english, *polish) for english, polish in WORDS.items())))
    for model, name in SENTENCES:
        cr.execute(SQL(
            """SELECT r.id, r.%(column)s FROM %(table)s r
                 JOIN ir_model_data d ON d.model = %(model)s AND d.res_id = r.id
                WHERE d.module = 'crm_enova_like' AND r.%(column)s ? 'pl_PL'""",
            table=SQL.identifier(env[model]._table), column=SQL.identifier(name), model=model))
        for record_id, texts in cr.fetchall():
            said = env[model]._fields[name].get_translation_dictionary(texts["en_US"], {POLISH: texts[POLISH]})
            news = {
                english: WORDS[english][1] for english, terms in said.items()
                if english in WORDS and terms[POLISH] == WORDS[english][0]}
            if news:
                env[model].browse(record_id).update_field_translations(name, {POLISH: news})
