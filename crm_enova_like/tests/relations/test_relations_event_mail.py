from datetime import datetime

from odoo.exceptions import UserError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from ..common import ServiceCommon


@tagged("post_install", "-at_install")
class TestEventMail(ServiceCommon):
    """E-mails to the alias that nobody expects: machines, forgers, and what no mail program should send."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time("2026-03-11 10:00:00"))
        cls.contractor.email = "biuro@klos.example"
        cls.operator.email = "operator@firma.example"

    def _mail(self, sender="biuro@klos.example", body="Text", number=1, model="crm.event", **headers):
        lines = {"From": sender, "To": "zdarzenia@firma.example", "Subject": "Away", "Message-Id": f"<{number}@test>",
                 "Date": "Tue, 10 Mar 2026 09:00:00 +0000", "Content-Type": "text/plain; charset=utf-8", **headers}
        text = "\n".join(f"{name.replace('_', '-')}: {value}" for name, value in lines.items() if value is not None)
        thread = self.env["mail.thread"].with_context(mail_channel_noautofollow=True)
        return self.env["crm.event"].browse(thread.message_process(model, f"{text}\n\n{body}\n".encode()))

    @mute_logger("odoo.addons.mail.models.mail_thread")
    def test_a_machine_is_stopped_and_others_are_not(self):
        self.env.ref("crm_enova_like.mail_alias_event").alias_domain_id = self.env["mail.alias.domain"].create({
            "name": "firma.example"})
        for number in range(30):
            # written in its own way each time
            self._mail(f"Robot {number} <ROBOT@Klos.example>", number=number, model=False)
        events = self.env["crm.event"].search([("sender_email", "=", "robot@klos.example")])
        self.assertEqual(len(events), 20)
        self.assertTrue(self._mail("robot@klos.example.org", number=100, model=False).exists())
        # after Odoo's two hours it may write again
        self.env.cr.execute("UPDATE crm_event SET create_date = create_date - interval '3 hours' WHERE id IN %s", [
            tuple(events.ids)])
        self.assertTrue(self._mail("robot@klos.example", number=101, model=False).exists())

    def test_anybody_can_write_a_colleagues_name(self):
        """Outgoing in the colleague's name is what our mail server says is the colleague's."""
        copy = {"To": "biuro@klos.example", "Cc": "zdarzenia@firma.example"}
        self._trust("MX.firma.example, filter.firma.example")
        for number, (results, is_ours) in enumerate((
                (None, False),
                ("mx.firma.example; dmarc=pass header.from=firma.example", True),
                ("mx.firma.example; spf=pass smtp.mailfrom=bounce@firma.example", True),
                ("mx.firma.example; dkim=pass header.d=mail.firma.example header.s=a", True),
                ("mx.firma.example; dkim=pass (good) header.i=@firma.example; spf=none", True),
                ("mx.firma.example; spf=pass smtp.mailfrom=me@forger.example", False),
                ("mx.firma.example; dkim=pass header.d=forger.example; dmarc=fail", False),
                ("mx.firma.example; dkim=pass header.d=notfirma.example", False),
                ("mx.firma.example; spf=fail (dmarc=pass; spf=pass smtp.mailfrom=firma.example)", False),
                ('mx.firma.example; spf=pass smtp.mailfrom="x; dmarc=pass"@forger.example', False),
                ("mx.firma.example; dmarc=fail header.from=firma.example; dkim=pass header.d=firma.example", False),
                ("filter.firma.example 1; dkim=pass header.d=x.example; dkim=pass header.d=firma.example", True),
                ("mx.firma.example; dkim=pass header.d=firma.example; dkim=pass header.d=forger.example", True),
                ("mx.firma.example; dmarc=pass header.from=forger.example", False),
                ("mx.firma.example; dmarc=pass header.from=mail.firma.example", False),
                ("mx.firma.example; dmarc=pass (p=none)", False),
                ("mx.forger.example; dmarc=pass header.from=firma.example", False),
                ("dmarc=pass header.from=firma.example", False),
                ("mx.firma.example.forger.example; dmarc=pass header.from=firma.example", False),
                ("mx.firma.example; spf=fail (a (b) ; dmarc=pass header.from=firma.example ; )", False),
                ("mx.firma.example; spf=fail (a (b) ; dmarc=pass header.from=firma.example ; c", False),
                ('mx.firma.example; spf=fail x="a\\"; dmarc=pass header.from=firma.example ; \\"b"', False),
                ("mx.firma.example; spf=pass smtp.mailfrom=header.d=firma.example@forger.example", False),
        )):
            event = self._mail("Operator <Operator@firma.example>", number=number, **copy,
                               Authentication_Results=results)
            with self.subTest(results=results):
                self.assertEqual(
                    (event.direction, event.user_id, event.partner_id),
                    ("out", self.operator, self.contractor) if is_ours
                    else ("in", self.env["res.users"], self.env["res.partner"]))
                noted = any("did not confirm" in body for body in event.message_ids.mapped("body"))
                self.assertEqual(noted, not is_ours)

    def _trust(self, name):
        self.env["ir.config_parameter"].set_param("crm_enova_like.mail_authserv_id", name)

    def test_no_header_is_trusted_without_our_servers_name(self):
        results = "mx.firma.example; dmarc=pass header.from=firma.example"
        for number, name in enumerate((False, " , ", "other.example")):
            self._trust(name)
            with self.subTest(name=name):
                event = self._mail("operator@firma.example", number=number, Authentication_Results=results)
                self.assertEqual((event.direction, event.user_id.id), ("in", False))
        # nor one that somebody hands in himself
        self._trust("mx.firma.example")
        text = (f"Authentication-Results: {results}\nFrom: operator@firma.example\nTo: zdarzenia@firma.example\n"
                "Message-Id: <%s@test>\nSubject: By RPC\n\nText\n")
        self.manager.group_ids |= self.env.ref("base.group_system")
        for user, direction in ((self.technician, "in"), (self.manager, "out")):
            thread = self.env["mail.thread"].with_user(user)
            event = self.env["crm.event"].browse(thread.message_process("crm.event", text % user.id))
            with self.subTest(user=user.login):
                self.assertEqual(event.direction, direction)

    def test_nobody_else_says_who_sent_an_email(self):
        """With 20 events of an address, the next e-mail from there would not be taken."""
        for user in (self.technician, self.operator, self.manager):
            Event = self.env["crm.event"].with_user(user)
            for forge in (
                    lambda Event=Event: Event.create([{"name": "A"}, {"name": "B", "sender_email": "b@klos.example"}]),
                    lambda Event=Event: Event.message_new({"email_from": "b@klos.example", "subject": "A"})):
                with self.subTest(user=user.login), self.assertRaisesRegex(UserError, "cannot be entered"):
                    forge()
            event = Event.with_context(default_sender_email="b@klos.example").create({"name": "A"})
            self.assertFalse(event.sender_email)
            self.assertFalse(Event.create({"name": "A", "sender_email": False}).sender_email)

    def test_only_the_first_header_is_our_servers(self):
        self._trust("mx.firma.example")
        text = ("Authentication-Results: mx.firma.example; spf=fail\nFrom: operator@firma.example\n"
                "To: biuro@klos.example\nCc: zdarzenia@firma.example\nMessage-Id: <two@test>\nSubject: Two\n"
                "Authentication-Results: mx.firma.example; dmarc=pass header.from=firma.example\n\nText\n")
        event = self.env["crm.event"].browse(self.env["mail.thread"].message_process("crm.event", text))
        self.assertEqual((event.direction, event.user_id.id), ("in", False))

    def test_long_subjects_are_kept_in_the_text(self):
        for number, length in enumerate((501, 9_000, 100_000)):
            subject = "Zażalenie " * (length // 10) + "ę" * (length % 10)
            event = self._mail(number=number, Subject=subject)
            with self.subTest(length=length):
                self.assertEqual(event.name, subject[:500])
                self.assertIn(subject.strip(), event.description)
                self.assertIn("Text", event.description)
        short = self._mail(number=10, Subject="ą" * 500)
        self.assertEqual((short.name, short.description), ("ą" * 500, "Text"))

    def test_what_no_mail_program_sends(self):
        for number, (headers, body, name) in enumerate((
                ({"Subject": "a=00b"}, "x\x00y", "a=00b"),
                ({"Subject": "=?utf-8?q?nul=00here?="}, "x", "nulhere"),
                ({"Subject": None, "Date": None}, "x", "E-mail without a subject"),
                ({"Subject": "   "}, "", "E-mail without a subject"),
                ({"Date": "Fri, 31 Dec 9999 23:59:59 +0000"}, "x", "Away"),
                ({"Date": "yesterday, perhaps"}, "x", "Away"),
        )):
            event = self._mail(number=number, body=body, **headers)
            with self.subTest(headers=headers):
                self.assertEqual(event.name, name)
                self.assertNotIn("\x00", event.description or "")
                self.assertLessEqual(event.date, datetime(2026, 3, 11, 10))

    def test_durations_are_hours(self):
        event = self._mail()
        for model, record in (("crm.event", event), ("crm.task.type", self.env["crm.task.type"].search([], limit=1))):
            for value in (float("nan"), float("inf"), -1.0, -float("inf"), 1e9):
                with self.subTest(model=model, value=value):
                    self._assert_no_hours(record, value)

    def _assert_no_hours(self, record, value):
        """What is no number is told by a sentence, and what is too much or too little by the database."""
        with self.assertRaises(Exception) as caught, mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            record.write({"duration": value})
            record.flush_recordset()
        self.assertRegex(str(caught.exception), "duration_positive|Duration is no number")
        record.invalidate_recordset()

    def test_empty_selections(self):
        for model in ("crm.task", "crm.event", "crm.consent", "crm.my.work", "crm.document.link"):
            Model = self.env[model].with_user(self.operator)
            for method in ("action_take", "action_postpone", "action_start", "action_done", "action_cancel",
                           "action_reopen", "action_withdraw", "action_view_documents", "action_view_events"):
                if hasattr(Model, method) and (model, method) not in (
                        ("crm.my.work", "action_done"), ("crm.my.work", "action_start")):
                    with self.subTest(model=model, method=method):
                        getattr(Model, method)()
        with self.assertRaisesRegex(UserError, "one kind"):
            self.env["crm.my.work"].with_user(self.operator).action_open_assign()
        for model in ("crm.project.join.wizard", "crm.campaign.wizard"):
            Wizard = self.env[model].with_user(self.operator)
            for active_model in ("crm.task", "crm.event", "res.partner"):
                for ids in (None, []):
                    Wizard.with_context(active_model=active_model, active_ids=ids).default_get(
                        ["task_ids", "event_ids", "partner_ids"])
