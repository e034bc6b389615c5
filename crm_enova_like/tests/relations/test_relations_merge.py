from datetime import date, timedelta

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import Form, freeze_time, tagged

from ..common import ServiceCommon

MODULE = "crm_enova_like"


@tagged("post_install", "-at_install")
class TestMerge(ServiceCommon):
    """Duplicate contacts are merged by Odoo's own wizard: nothing of ours is lost, doubled or left behind."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.kept, cls.double, cls.third = cls.env["res.partner"].create([
            {"name": "Jan Wójcik", "email": "jan@wojcik.example"} for _number in range(3)])

    def _merge(self, *contacts, user=None, into=None):
        """By the wizard's own buttons, as somebody who selected the contacts in their list."""
        contacts = self.env["res.partner"].concat(*contacts)
        Wizard = self.env["base.partner.merge.automatic.wizard"].with_user(user or self.operator)
        form = Form(Wizard.with_context(active_model="res.partner", active_ids=contacts.ids))
        form.dst_partner_id = (into or contacts[0]).with_user(user or self.operator)
        form.save().action_merge()
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(contacts.exists(), into or contacts[0])

    def _consent(self, partner, channel="phone", given=date(2025, 1, 10), withdrawn=None, **vals):
        return self.env["crm.consent"].create({
            "partner_id": partner.id, "channel": channel, "source": f"Form of {given}", "date_given": given,
            **({"state": "withdrawn", "date_withdrawn": withdrawn} if withdrawn else {}), **vals})

    # CONSENTS

    def test_the_latest_consent_holds_and_the_others_stay_on_record(self):
        old = self._consent(self.kept)
        latest = self._consent(self.double, given=date(2025, 6, 1))
        middle = self._consent(self.third, given=date(2025, 3, 1))
        alone = self._consent(self.third, channel="sms")
        self._merge(self.kept, self.double, self.third)
        self.assertEqual((old | latest | middle | alone).partner_id, self.kept)
        self.assertEqual((old | latest | middle | alone).contractor_id, self.kept)
        self.assertEqual(
            [consent.state for consent in (old, latest, middle, alone)], ["replaced", "given", "replaced", "given"])
        self.assertEqual((old.date_given, old.date_withdrawn), (date(2025, 1, 10), False))
        self.assertIn("Form of 2025-06-01", old.message_ids[0].body)
        given = self.env["crm.consent"]._get_given(self.kept, "phone")[self.kept]
        self.assertEqual(given, latest)

    def test_what_was_withdrawn_on_one_card_is_withdrawn(self):
        """On the day it was given on the other one, or later; consent that was given afterwards holds."""
        for days, state in ((-1, "given"), (0, "withdrawn"), (30, "withdrawn")):
            with self.subTest(days=days):
                kept, double = self.env["res.partner"].create([{"name": "Ewa", "email": "e@e.example"}] * 2)
                live = self._consent(kept, given=date(2025, 5, 5))
                ended = self._consent(
                    double, given=date(2025, 1, 1), withdrawn=date(2025, 5, 5) + timedelta(days=days))
                self._merge(kept, double)
                self.assertEqual((live.state, ended.state), (state, "withdrawn"))
                self.assertEqual(live.date_withdrawn, ended.date_withdrawn if state == "withdrawn" else False)

    def test_withdrawn_and_given_again_on_one_card(self):
        self._consent(self.kept, given=date(2025, 1, 1), withdrawn=date(2025, 2, 2))
        again = self._consent(self.kept, given=date(2025, 2, 2))
        self._merge(self.kept, self.double)
        self.assertEqual(again.state, "given")

    def test_consents_to_another_company_are_another_thing(self):
        other = self._get_second_company()
        here, there = self._consent(self.kept), self._consent(self.double, company_id=other.id)
        twice = self._consent(self.kept, company_id=other.id, given=date(2025, 2, 1))
        self._merge(self.kept, self.double)
        self.assertEqual([consent.state for consent in (here, there, twice)], ["given", "replaced", "given"])

    def test_nobody_replaces_a_consent_and_a_contact_with_one_is_not_deleted(self):
        consent = self._consent(self.kept)
        with self.assertRaisesRegex(UserError, "where two contacts are merged"):
            consent.with_user(self.manager).write({"state": "replaced"})
        with self.assertRaisesRegex(UserError, "Jan Wójcik has consents"):
            self.kept.unlink()
        self._merge(self.double, self.kept)
        with self.assertRaisesRegex(UserError, "record a new one"):
            consent.action_withdraw()
            consent.write({"state": "given"})

    # ALL THAT NAMES A CONTACT

    def _fill(self):
        """A record of each of our models with a contact, naming the double in each of its fields."""
        device = self.env["crm.service.device"].create({"name": "Till", "partner_id": self.double.id})
        regime = self.env["crm.service.inspection.regime"].create({
            "name": "Yearly", "interval_number": 1, "interval_unit": "year"})
        plan = self.env["crm.service.inspection.plan"].create({
            "device_id": device.id, "regime_id": regime.id, "anchor_date": "2026-03-01"})
        plan.action_generate()
        order = self._new_order(device, partner_id=self.double.id)
        self.env["crm.task"].create({"name": "Call", "partner_id": self.double.id})
        self.env["crm.event"].create({
            "name": "Called", "partner_id": self.double.id,
            "participant_ids": [Command.set((self.kept | self.double).ids)]})
        self.env["crm.service.device.model"].create({"name": "Nano", "manufacturer_id": self.double.id})
        self._consent(self.double)
        self.env.flush_all()
        return order

    def _get_fields(self):
        """(model, field) of ours that is stored and names contacts."""
        for name, Model in sorted(self.env.registry.items()):
            if Model._original_module == MODULE and Model._auto and not Model._abstract and not Model._transient:
                for field in Model._fields.values():
                    if field.store and field.comodel_name == "res.partner" and field.type in ("many2one", "many2many"):
                        yield self.env[name].with_context(active_test=False), field

    def test_every_field_of_ours_follows(self):
        self._fill()
        found = {}
        for Model, field in self._get_fields():
            records = Model.search([])
            # also what nothing above fills in
            if records and field.type == "many2one" and not any(
                    record[field.name] == self.double for record in records):
                self.env.cr.execute(
                    f'UPDATE "{Model._table}" SET "{field.name}" = %s WHERE id = %s', [self.double.id, records[0].id])
                self.env.invalidate_all()
            holding = records.filtered(lambda record, name=field.name: self.double in record[name])
            self.assertTrue(holding, f"nothing names the double: {field}")
            found[field] = holding
        self.assertGreater(len(found), 15)
        self._merge(self.kept, self.double)
        for field, holding in found.items():
            with self.subTest(field=str(field)):
                self.assertEqual(holding.exists(), holding)
                for record in holding:
                    self.assertEqual(record[field.name], self.kept)

    def test_contacts_among_the_properties_of_devices(self):
        self.device_type.properties_definition = [
            {"name": "keeper", "string": "Keeper", "type": "many2one", "comodel": "res.partner"},
            {"name": "users", "string": "Users", "type": "many2many", "comodel": "res.partner"},
            {"name": "floor", "string": "Floor", "type": "integer"}]
        self.device.properties = {
            "keeper": self.double.id, "users": (self.kept | self.double | self.person).ids, "floor": self.double.id}
        self._merge(self.kept, self.double)
        self.assertEqual(self.device.properties["keeper"], self.kept)
        self.assertEqual(self.device.properties["users"], self.kept | self.person)
        self.assertEqual(self.device.properties["floor"], self.double.id, "a number is a number")

    def test_no_unique_rule_of_ours_on_a_contact_is_unanswered(self):
        """The database deletes or breaks on such rows: whoever adds a rule resolves its doubles."""
        tables = {Model._table: {field.name for field in [field] if field.type == "many2one"}
                  for Model, field in self._get_fields()}
        for Model, field in self._get_fields():
            if field.type == "many2one":
                tables[Model._table].add(field.name)
        self.env.cr.execute(
            """SELECT i.indrelid::regclass::text, i.indexrelid::regclass::text, a.attname
                 FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                WHERE i.indisunique AND i.indrelid::regclass::text = ANY(%s)""", [list(tables)])
        rules = {index for table, index, column in self.env.cr.fetchall() if column in tables[table]}
        self.assertEqual(rules, {"crm_consent_live_uniq"})

    def test_what_is_stored_of_a_contact_follows(self):
        """A person of one firm becomes one of another; a place gets the address of the one that stays."""
        consent = self._consent(self.person)
        self.kept.write({"parent_id": self.other_contractor.id, "email": self.person.email})
        device = self.env["crm.service.device"].create({
            "name": "Till", "partner_id": self.contractor.id, "address_id": self.shop.id})
        regime = self.env["crm.service.inspection.regime"].create({
            "name": "Yearly", "interval_number": 1, "interval_unit": "year"})
        inspection = self.env["crm.service.inspection"].create({
            "device_id": device.id, "regime_id": regime.id, "planned_date": "2026-05-01"})
        other_shop = self.env["res.partner"].create({
            "name": "Shop", "type": "delivery", "parent_id": self.contractor.id, "city": "Kraków", "zip": "30-001"})
        self.shop.city = "Krakow"
        self.env.flush_all()
        self.env["base.partner.merge.automatic.wizard"]._merge((self.kept | self.person).ids, self.kept)
        self.env["base.partner.merge.automatic.wizard"]._merge((other_shop | self.shop).ids, other_shop)
        self.assertEqual((consent.partner_id, consent.contractor_id), (self.kept, self.other_contractor))
        self.assertEqual((inspection.address_id, inspection.city), (other_shop, "Kraków"))

    def test_one_has_a_user(self):
        """A colleague is a contact, too, and was entered as one once more."""
        me = self.technician.partner_id
        double = self.env["res.partner"].create({"name": me.name, "email": me.email})
        event = self.env["crm.event"].create({
            "name": "Training", "partner_id": double.id, "participant_ids": [Command.set((me | double).ids)]})
        task = self.env["crm.task"].create({
            "name": "Visit", "user_id": self.technician.id, "date_deadline": "2026-03-20", "partner_id": double.id})
        # core lets an administrator alone merge colleagues
        self._merge(double, me, user=self.env.ref("base.user_admin"))
        self.assertEqual(self.technician.partner_id, double)
        self.assertEqual((event.participant_ids, event.partner_id, task.partner_id), (double, double, double))
        self.assertEqual(task.sudo().calendar_event_id.partner_ids, double)

    def test_who_follows_with_both_follows_with_one(self):
        tasks = self.env["crm.task"].create([{"name": f"Task {number}"} for number in range(3)])
        tasks.message_subscribe(self.double.ids)
        tasks[0].message_subscribe((self.kept | self.third).ids)
        self._merge(self.kept, self.double, self.third)
        for task in tasks:
            self.assertEqual(
                task.message_follower_ids.filtered(lambda follower: follower.partner_id == self.kept).mapped("res_id"),
                task.ids, "core would have lost all of them but the first")

    # OF TWO COMPANIES

    def test_of_two_companies(self):
        """The contact would be one company's, and the other's records would name it: it is said what to do."""
        other = self._get_second_company()
        self.operator.company_ids += other
        self.kept.company_id, self.double.company_id = self.company, other
        task = self.env["crm.task"].create({"name": "There", "company_id": other.id, "partner_id": self.double.id})
        with self.assertRaisesRegex(UserError, "Jan Wójcik would belong to company .*Serwis Drugi.*Task"):
            self._merge(self.kept, self.double)
        (self.kept | self.double).company_id = False
        self._merge(self.kept, self.double)
        self.assertEqual(task.partner_id, self.kept)
        self.assertEqual(task.with_user(self.operator).write({"name": "Here"}), True)

    def test_of_a_company_and_of_all(self):
        other = self._get_second_company()
        self.double.company_id = self.company
        self.env["crm.task"].create({"name": "There", "company_id": other.id, "partner_id": self.kept.id})
        # core would give the shared one to the double's company
        with self.assertRaisesRegex(UserError, "would belong to company"):
            self._merge(self.kept, self.double, user=self.env.user)

    def test_events_of_today_are_told_of_the_one_that_stays(self):
        event = self.env["crm.event"].create({
            "name": "Called", "partner_id": self.double.id, "date": fields.Datetime.now()})
        self._merge(self.kept, self.double)
        self.assertEqual(self.kept.with_user(self.operator).last_event_date, event.date)
        self.assertEqual(self.kept.with_user(self.operator).crm_event_count, 1)
