"""The shipped regimes are corrected where the firm left them as they came, field by field; new ones come in addition,
and the managers are told.

A regime that was split and has plans stays as it is: whether a device needs the one or the other, the firm knows. A
text that states an interval is corrected where the interval is the shipped one: of another, the firm knows why.
"""
from psycopg2.sql import SQL, Identifier

from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file

# (record, field, as it was shipped in English and in Polish, as it is now)
TEXTS = [
    ("cash_register", "legal_basis",
     "VAT Act, art. 111(3a): at least every two years, counted from the last inspection",
     "Ustawa o VAT, art. 111 ust. 3a: nie rzadziej niż co 2 lata, licząc od ostatniego przeglądu",
     ("VAT Act, art. 111(3a), and the regulation of 29 April 2019 on cash registers (Journal of Laws "
      "2021, item 1625, amended 2023, item 490): at least every two years, counted from the last "
      "inspection")),
    ("cash_register", "note",
     "",
     "",
     "The first one is counted from fiscalisation. Whoever misses one pays a fine of 300 zł."),
    ("fgas_12", "legal_basis",
     "Regulation (EU) 2024/573; leak check every 12 months (24 with leak detection)",
     ("Rozporządzenie (UE) 2024/573; kontrola szczelności co 12 miesięcy (24 przy systemie wykrywania "
      "wycieków)"),
     "Regulation (EU) 2024/573, art. 5; leak check every 12 months (24 with leak detection)"),
    ("fgas_6", "legal_basis",
     "Regulation (EU) 2024/573; leak check every 6 months (12 with leak detection)",
     ("Rozporządzenie (UE) 2024/573; kontrola szczelności co 6 miesięcy (12 przy systemie wykrywania "
      "wycieków)"),
     "Regulation (EU) 2024/573, art. 5; leak check every 6 months (12 with leak detection)"),
    ("fgas_3", "legal_basis",
     "Regulation (EU) 2024/573; leak check every 3 months (6 with leak detection)",
     ("Rozporządzenie (UE) 2024/573; kontrola szczelności co 3 miesiące (6 przy systemie wykrywania "
      "wycieków)"),
     "Regulation (EU) 2024/573, art. 5; leak check every 3 months (6 with leak detection)"),
    ("fgas_12", "note",
     "",
     "",
     ("5 t CO₂e are 2.4 kg of R410A or 7.4 kg of R32. Each circuit is a device of its own. After a "
      "leak is repaired, it is checked again within a month.")),
    ("fgas_6", "note",
     "",
     "",
     ("5 t CO₂e are 2.4 kg of R410A or 7.4 kg of R32. Each circuit is a device of its own. After a "
      "leak is repaired, it is checked again within a month.")),
    ("fgas_3", "note",
     "",
     "",
     ("Over 500 t CO₂e a system of leak detection is mandatory: with it, a check every 6 months is the "
      "rule. Each circuit is a device of its own. After a leak is repaired, it is checked again within "
      "a month.")),
    ("extinguisher", "legal_basis",
     "Regulation on fire protection of buildings: as the maker says, at least once a year",
     ("Rozporządzenie w sprawie ochrony przeciwpożarowej budynków: według wskazań producenta, nie "
      "rzadziej niż raz w roku"),
     ("Regulation of 7 June 2010 on fire protection of buildings (Journal of Laws 109, item 719), § "
      "3(3): as the maker says, at least once a year")),
    ("hydrant_hose", "legal_basis",
     "Regulation on fire protection of buildings: every five years",
     "Rozporządzenie w sprawie ochrony przeciwpożarowej budynków: co 5 lat",
     ("Regulation of 7 June 2010 on fire protection of buildings (Journal of Laws 109, item 719), § "
      "3(4): every five years")),
    ("hydrant_hose", "qualification",
     "",
     "",
     "Conservator of fire hydrants"),
    ("gas", "legal_basis",
     "Construction Law, art. 62: at least once a year",
     "Prawo budowlane, art. 62: co najmniej raz w roku",
     "Construction Law, art. 62(1)(1): at least once a year"),
    ("gas", "name",
     "Gas installation and chimneys: yearly check",
     "Instalacja gazowa i przewody kominowe: kontrola roczna",
     "Gas installation: yearly check"),
    ("gas", "responsible_body",
     "Chimney sweep master, gas inspector",
     "Mistrz kominiarski, kontroler instalacji gazowych",
     "Gas inspector"),
    ("gas", "qualification",
     "Gas and chimney qualifications",
     "Kwalifikacje gazowe i kominiarskie",
     "Gas qualifications (E and D)"),
    ("boiler", "name",
     "Heating boiler: check",
     "Kocioł grzewczy: kontrola",
     "Heating boiler, 20 to 100 kW: check"),
    ("boiler", "legal_basis",
     "Amended on 28 April 2023",
     "Zmienione 28 kwietnia 2023 r.",
     ("Act of 29 August 2014 on the energy performance of buildings, art. 23: 20 to 100 kW, at least "
      "every five years")),
    ("boiler", "responsible_body",
     "",
     "",
     "Person in the central register of the energy performance of buildings"),
    ("boiler", "note",
     ("To be verified before use: the intervals by power and fuel were changed by the amendment of "
      "2023."),
     "Do sprawdzenia przed użyciem: nowelizacja z 2023 r. zmieniła okresy zależne od mocy i paliwa.",
     "Over 100 kW the interval follows the fuel: see the other regimes of boilers."),
    ("scales", "legal_basis",
     "Measures Act: 25 months after a verification",
     "Prawo o miarach: 25 miesięcy od legalizacji",
     ("Law on Measures and the regulation on legal metrological control (Journal of Laws 2019, item "
      "759, amended 2022, item 1179, and 2023, item 1937): 25 months after a verification, to the same "
      "day")),
    ("scales", "note",
     ("To be verified before use: how the end of the 25 months is rounded, and the first verification "
      "(two years from 30 November of the year of conformity)."),
     ("Do sprawdzenia przed użyciem: zaokrąglanie końca 25 miesięcy oraz pierwsza legalizacja ponowna "
      "(2 lata od 30 listopada roku oceny zgodności)."),
     ("The first one comes two years after 30 November of the year of conformity: enter that day as "
      "the date from which is counted. After a repair, a relocation or a broken seal the scales are "
      "verified anew.")),
    ("udt_lift", "name",
     "Lift or forklift: test by the technical inspectorate (UDT)",
     "Dźwig lub wózek widłowy: badanie UDT",
     "Lift: test by the technical inspectorate (UDT)"),
    ("udt_lift", "note",
     "",
     "",
     "The maker's instruction and the decision of the UDT prevail over these intervals."),
    ("udt_upkeep", "name",
     "Lift or forklift: upkeep",
     "Dźwig lub wózek widłowy: konserwacja",
     "Lift: upkeep"),
    ("udt_upkeep", "note",
     "",
     "",
     "The maker's instruction and the decision of the UDT prevail over these intervals."),
]

# one regime was of two trades, or of two kinds of devices
SPLIT = {"gas", "boiler", "udt_lift", "udt_upkeep"}

# (number, unit, counting) as they were shipped
INTERVALS = {
    "cash_register": (24, "month", "last_done"), "fgas_12": (12, "month", "last_done"),
    "fgas_6": (6, "month", "last_done"), "fgas_3": (3, "month", "last_done"),
    "extinguisher": (12, "month", "last_done"), "hydrant_hose": (5, "year", "last_done"),
    "gas": (12, "month", "last_done"), "boiler": (5, "year", "last_done"), "scales": (25, "month", "last_done"),
    "udt_lift": (12, "month", "last_done"), "udt_upkeep": (30, "day", "last_done"),
}

# texts that state an interval, or how it is counted: each legal basis, and these
STATED = {("cash_register", "note"), ("gas", "name"), ("boiler", "name"), ("boiler", "note"), ("scales", "note")}

# (record, as shipped, as it is now)
VALUES = [
    ("boiler", {"active": False, "interval_number": 5, "interval_unit": "year", "counting": "last_done"},
     {"active": True}),
    ("scales", {"interval_number": 25, "interval_unit": "month", "counting": "last_done", "first_interval_number": 0},
     {"first_interval_number": 2, "first_interval_unit": "year"}),
    ("scales", {"active": False, "interval_number": 25, "interval_unit": "month", "counting": "last_done"},
     {"active": True}),
]


def migrate(cr, version):
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    corrected, kept = correct(env)
    known = set(env["crm.service.inspection.regime"].with_context(active_test=False).search([]).ids)
    convert_file(env, "crm_enova_like", "data/inspection_regimes_more.xml", None, mode="init", noupdate=True)
    new = env["crm.service.inspection.regime"].with_context(active_test=False).search([("id", "not in", list(known))])
    # before the names are written to somebody
    env["ir.module.module"]._load_module_terms(
        ["crm_enova_like"], [code for code, _name in env["res.lang"].get_installed()])
    corrected._tell_of_law(new, kept)


def correct(env):
    """Correct what was left as shipped.

    :return: the regimes that were corrected, and those that were left since they were split and have plans
    """
    regimes, used = find_regimes(env)
    corrected = kept = env["crm.service.inspection.regime"].with_context(active_test=False)
    for name in SPLIT & regimes.keys():
        if regimes[name] in used:
            kept |= regimes.pop(name)
    as_shipped = {
        name for name, regime in regimes.items()
        if (regime.interval_number, regime.interval_unit, regime.counting) == INTERVALS[name]}
    for name, shipped, values in VALUES:
        regime = regimes.get(name)
        if regime and all((regime[field] or False) == (value or False) for field, value in shipped.items()):
            regime.write(values)
            corrected |= regime
    env.flush_all()
    for name, field, *texts in TEXTS:
        states_interval = field == "legal_basis" or (name, field) in STATED
        if name in regimes and (name in as_shipped or not states_interval) and correct_text(
                env.cr, regimes[name].id, field, *texts):
            corrected |= regimes[name]
    env.invalidate_all()
    return corrected, kept


def find_regimes(env):
    """The shipped regimes that are there, by name, and those of them that have plans."""
    names = {name for name, *_rest in TEXTS} | {name for name, *_rest in VALUES}
    regimes = {name: env.ref(f"crm_enova_like.regime_{name}", raise_if_not_found=False) for name in names}
    regimes = {name: regime.exists() for name, regime in regimes.items() if regime}
    plans = env["crm.service.inspection.plan"].with_context(active_test=False)._read_group([], ["regime_id"])
    return regimes, {regime for [regime] in plans}


def correct_text(cr, regime_id, field, english, polish, now):
    """Give a text its new English; the other languages come from the catalogues. Whether it was left as shipped."""
    cr.execute(SQL("""
        UPDATE crm_service_inspection_regime SET {field} = jsonb_build_object('en_US', %s::text)
         WHERE id = %s AND NOT EXISTS (SELECT FROM jsonb_each_text({field}) text WHERE text.value NOT IN (%s, %s))
           AND ({field} IS NOT NULL OR %s = '')
        """).format(field=Identifier(field)), [now, regime_id, english, polish, english])
    return bool(cr.rowcount)
