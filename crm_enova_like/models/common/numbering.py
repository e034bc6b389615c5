from dataclasses import dataclass

from psycopg2.errors import UniqueViolation

from odoo import api, fields, models
from odoo.tools import SQL

from .locks import NUMBERS, key_lock

HIGHEST = 2**31 - 1    # that a column of integers holds


@dataclass(frozen=True)
class Series:
    """The numbers of a sequence in one of its years: what stands around them, and with which they begin."""

    prefix: str
    suffix: str
    padding: int
    step: int
    floor: SQL    # the least number, a scalar

    @property
    def text(self):
        """What tells it from others; sequences that write alike share it."""
        return f"{self.prefix}|{self.suffix}" if self.suffix else self.prefix

    def find(self, name):
        """The number that a name of this series has; None for other names."""
        if not (name.startswith(self.prefix) and name.endswith(self.suffix)):
            return None
        digits = name[len(self.prefix):len(name) - len(self.suffix)]
        # nine digits: what an integer holds
        return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 9 else None


class CrmServiceNumber(models.Model):
    """The register of the numbers that documents were given, one row each; it says which number is next.

    Drawn as core draws the numbers of invoices (``sequence.mixin``): the unique index is the lock. Whoever draws the
    same number waits for the other; when he commits, the next one is taken, and when he rolls back or is killed, that
    number. So there are no gaps, and no serialization failure, as a counter's row would give.

    Next is the highest number that was drawn in the series + 1. Numbers that were typed or imported are taken, whatever
    they are: those that come in its way are skipped, and a greater one (RW/2026/99999) opens no gap. Before the first
    is drawn, a firm is moving in: then the series begins after the highest number that was moved in (4712 after 4711),
    as the other program would have gone on. Whoever wants it to go on elsewhere sets the sequence's next number.

    A row stays when its document is deleted: a number never comes a second time.
    """

    _name = "crm.service.number"
    _description = "Number of a Document"
    _order = "id desc"
    _log_access = False

    name = fields.Char(string="Number", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    document = fields.Char(string="Document Model", required=True, readonly=True)
    series = fields.Char(readonly=True, help="What the numbers that follow one another have in common: RW/2026/")
    # empty: given, and taken; the series goes on without it
    number = fields.Integer(string="Place in the Series", readonly=True)
    moved_in = fields.Integer(
        string="Place, Moved In", readonly=True, help="Of a number that an import gave: the series begins after it.")

    _name_uniq = models.UniqueIndex("(name, company_id, document)", "This number is taken.")
    _series_idx = models.Index("(company_id, series, document, number) WHERE number IS NOT NULL")
    _moved_in_idx = models.Index("(company_id, series, document, moved_in) WHERE moved_in IS NOT NULL")

    @api.model
    def _draw(self, documents, company, series, count):
        """Draw the next numbers of a series; see :meth:`crm.numbered.mixin._draw_numbers`."""
        documents.flush_model(["company_id", documents._number_field])
        lock, taken, least = key_lock(NUMBERS, f"{company.id}|{documents._name}|{series.text}"), [], 0
        while True:
            try:
                return self._take_next(documents, company, series, count, lock, taken, least)
            except UniqueViolation as error:
                self.env.cr.execute("ROLLBACK TO SAVEPOINT crm_number; RELEASE SAVEPOINT crm_number")
                # somebody has it whom this transaction cannot see: which one, only the message says
                name = error.diag.message_detail.partition(")=(")[2].rpartition(f", {company.id}")[0]
                if not name or name in taken:
                    raise
                if not documents._free_number(company, name):
                    taken.append(name)
                least = self._get_committed_highest(documents, company, series) + series.step

    @api.model
    def _get_committed_highest(self, documents, company, series):
        """The highest number drawn of a series by whoever has committed, seen by this transaction or not; 0 if none.

        Of many who wait, the last would else try each number that was drawn before its turn. Asked on a connection of
        its own, by the one who holds the lock of the series: nobody else draws meanwhile.
        """
        with self.env.registry.cursor() as cr:
            cr.execute(SQL(
                """SELECT COALESCE(max(number), 0) FROM crm_service_number
                    WHERE company_id = %s AND document = %s AND series = %s AND number IS NOT NULL""",
                company.id, documents._name, series.text))
            return cr.fetchone()[0]

    @api.model
    def _take_next(self, documents, company, series, count, lock, taken, least):
        """Enter the next numbers that nothing seen by this transaction has, and name the documents so.

        In one go to the database, with the savepoint in which it is tried; where it fails, that one is still open.

        :param lock: SQL that waits for the others who draw of this series
        :param taken: names to leave out
        :param least: number below which all are taken
        :return: list of names
        :raises UniqueViolation: one that this transaction cannot see has such a number
        """
        self.env.cr.execute(SQL(
            """
            -- before the savepoint, so that it is kept where the savepoint is rolled back: who waits, waits once
            SELECT %(lock)s;
            SAVEPOINT crm_number;
            WITH drawn AS (
                INSERT INTO crm_service_number (company_id, document, series, number, name)
                SELECT %(company)s, %(document)s, %(series)s, tried.number, tried.name
                  FROM (SELECT number, concat(
                                   %(prefix)s, lpad(number::text, GREATEST(%(padding)s, length(number::text)), '0'),
                                   %(suffix)s) AS name
                          FROM (SELECT generate_series(first.number, %(limit)s, %(step)s) AS number
                                  FROM (SELECT GREATEST(%(floor)s, %(least)s, %(step)s + COALESCE(
                                               (SELECT max(number) FROM crm_service_number
                                                 WHERE company_id = %(company)s AND document = %(document)s
                                                   AND series = %(series)s AND number IS NOT NULL),
                                               -- nothing was drawn yet
                                               (SELECT max(moved_in) FROM crm_service_number
                                                 WHERE company_id = %(company)s AND document = %(document)s
                                                   AND series = %(series)s AND moved_in IS NOT NULL))) AS number) first
                               ) following) tried
                 WHERE tried.name != ALL(%(taken)s::varchar[])
                   -- a subquery for each, which an index answers
                   AND (SELECT 1 FROM crm_service_number
                         WHERE name = tried.name AND company_id = %(company)s AND document = %(document)s) IS NULL
                   -- named so by hand; what a document itself is named already is no hindrance
                   AND (SELECT 1 FROM %(table)s d
                         WHERE d.%(field)s = tried.name AND d.company_id = %(company)s AND d.id != ALL(%(ids)s::int[])
                           AND %(holds)s
                         LIMIT 1) IS NULL
                 LIMIT %(count)s
             RETURNING number, name
            ), named AS (
                UPDATE %(table)s d SET %(field)s = drawn.name
                  FROM (SELECT name, row_number() OVER (ORDER BY number) AS place FROM drawn) drawn
                  JOIN unnest(%(ids)s::int[]) WITH ORDINALITY wanted (id, place) ON wanted.place = drawn.place
                 WHERE d.id = wanted.id
             RETURNING d.id, drawn.name
            )
            %(copies)s;
            RELEASE SAVEPOINT crm_number;
            -- those drawn just now are the highest
            SELECT name
              FROM (SELECT name, number FROM crm_service_number
                     WHERE company_id = %(company)s AND document = %(document)s AND series = %(series)s
                       AND number IS NOT NULL
                     ORDER BY number DESC LIMIT %(count)s) drawn
             ORDER BY number
            """,
            company=company.id, document=documents._name, series=series.text, prefix=series.prefix,
            suffix=series.suffix, padding=series.padding, step=series.step, floor=series.floor, lock=lock,
            limit=HIGHEST, taken=taken, least=least, table=SQL.identifier(documents._table),
            field=SQL.identifier(documents._number_field), ids=documents.ids, holds=documents._get_number_holds(),
            copies=documents._copy_numbers(), count=count), log_exceptions=False)
        return [name for [name] in self.env.cr.fetchall()]

    @api.model
    def _enter(self, model, rows):
        """Enter numbers that were given, so that none of them is drawn; those that are there already stay as they are.

        :param model: model of the documents
        :param rows: list of (company, name, Series or None); with a series, it is moved in: a series of which nothing
            was drawn begins after it
        """
        values = {
            (name, company.id): (series.text, series.find(name)) if series and series.find(name) else (None, None)
            for company, name, series in rows if name}
        if values:
            self.env.cr.execute(SQL(
                """INSERT INTO crm_service_number (document, name, company_id, series, moved_in) VALUES %s
                   ON CONFLICT DO NOTHING""",
                SQL(", ").join(
                    SQL("(%s, %s, %s, %s, %s)", model._name, *key, *value) for key, value in values.items())))

    @api.model
    def _get_series_of(self, model, company, names):
        """The series in which numbers stand that were drawn or moved in: {name: text of the series}."""
        return dict(self.env.execute_query(SQL(
            """SELECT name, series FROM crm_service_number
                WHERE name = ANY(%s) AND company_id = %s AND document = %s AND series IS NOT NULL""",
            list(names), company.id, model._name)))

    @api.model
    def _get_highest(self, keys):
        """The highest number of each of some series, after which it goes on, of whatever documents.

        :param keys: (company id, text of a series)
        :return: {(company id, text): number}, without those that have none
        """
        if not keys:
            return {}
        return {(company_id, text): number for company_id, text, number in self.env.execute_query(SQL(
            """SELECT company_id, series, COALESCE(max(number), max(moved_in))
                 FROM (SELECT company_id, series, number, NULL::integer AS moved_in
                         FROM crm_service_number WHERE (company_id, series) IN %(keys)s AND number IS NOT NULL
                        UNION ALL
                       SELECT company_id, series, NULL, moved_in
                         FROM crm_service_number WHERE (company_id, series) IN %(keys)s AND moved_in IS NOT NULL) given
                GROUP BY company_id, series""",
            keys=tuple(keys)))}


class CrmNumberedMixin(models.AbstractModel):
    """Documents with numbers of a series that has no gaps, by company and year."""

    _name = "crm.numbered.mixin"
    _description = "Has a Number"

    _number_field = "name"

    @api.model
    def _get_number_holds(self):
        """SQL that says whether a document, ``d``, holds the number that it is named, against the one that draws it."""
        return SQL("TRUE")

    @api.model
    def _copy_numbers(self):
        """The SQL that ends the statement in which documents are numbered: what else keeps their number takes it from
        ``named (id, name)``."""
        return SQL("SELECT FROM named")

    @api.model
    def _free_number(self, company, name):
        """Name documents otherwise that have a number without holding it (:meth:`_get_number_holds`).

        :param name: the number, as it is about to be drawn
        :return: whether it is free now
        """
        return False

    @api.model
    def _get_watched_models(self):
        """Names of the models of which something is written before a document that draws late has its number."""
        return {self._name}

    @api.model
    def _has_automation_rules(self):
        """Whether a firm has automation rules (``base_automation``) of such documents: they run in the middle of what
        is done, whenever something is computed, and may tell the number. It is drawn before, then."""
        if "base.automation" not in self.env:
            return False
        # sudo: rules are an administrator's
        return bool(self.env["base.automation"].sudo().search_count([
            ("model_id.model", "in", list(self._get_watched_models()))], limit=1))

    def _draw_numbers(self, sequence, company, day, count=None):
        """Draw the next numbers of a sequence: by the highest one drawn, past those that were written by hand.

        The last lock of a transaction: it lasts until its end, and others who draw of the series wait for it.
        Whoever draws of several series draws them in the order of their prefixes.

        :param self: the documents that get the numbers, or none, where ``count`` is given and they are not made yet
        :param sequence: ir.sequence, which says how the numbers look and with which they begin
        :param day: the date that decides the year
        :return: list of numbers, in order
        """
        count = len(self) if count is None else count
        if not count:
            return []
        # sudo: sequences are a system user's, and the register is nobody's to write
        numbers = self.env["crm.service.number"].sudo()._draw(self, company, sequence.sudo()._get_series(day), count)
        self._name_documents(numbers)
        return numbers

    def _name_documents(self, numbers):
        """Name documents as they are named in the database already, since the unique index of names is a lock too."""
        for document, number in zip(self, numbers, strict=False):
            document[self._number_field] = number
