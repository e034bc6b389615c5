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
    # empty: written by hand, and taken; the series goes on without it
    number = fields.Integer(string="Place in the Series", readonly=True)

    _name_uniq = models.UniqueIndex("(name, company_id, document)", "This number is taken.")
    _series_idx = models.Index("(company_id, series, document, number) WHERE number IS NOT NULL")

    @api.model
    def _draw(self, documents, company, series, count, take=None):
        """Draw the next numbers of a series; see :meth:`crm.numbered.mixin._draw_numbers`."""
        documents.flush_model(["company_id", documents._number_field])
        key, taken = f"{company.id}|{documents._name}|{series.text}", []
        while True:
            try:
                with self.env.cr.savepoint(flush=False):
                    names = self._insert_next(documents, company, series, count, key_lock(NUMBERS, key), taken)
                    if take:
                        take(names)
                    return names
            except UniqueViolation as error:
                # somebody has taken it whom this transaction cannot see: which one, only the message says
                name = error.diag.message_detail.partition(")=(")[2].rpartition(f", {company.id}")[0]
                if not name or name in taken:
                    raise
                taken.append(name)
                # the savepoint has let go of its lock
                self.env.execute_query(SQL("SELECT %s", key_lock(NUMBERS, key)))

    @api.model
    def _insert_next(self, documents, company, series, count, lock, taken):
        """Enter the next numbers that nothing seen by this transaction has.

        :param lock: SQL that waits for the others who draw of this series
        :param taken: names to leave out
        :return: list of names
        """
        field = SQL.identifier(documents._number_field)
        self.env.cr.execute(SQL(
            """
            INSERT INTO crm_service_number (company_id, document, series, number, name)
            SELECT %(company)s, %(document)s, %(series)s, tried.number, tried.name
              FROM (SELECT number, %(prefix)s || lpad(number::text, GREATEST(%(padding)s, length(number::text)), '0')
                           || %(suffix)s AS name
                      FROM (SELECT generate_series(first.number, %(highest)s, %(step)s) AS number
                              FROM (SELECT %(lock)s) locked,
                                   (SELECT GREATEST(%(floor)s, %(step)s + (
                                           SELECT max(number) FROM crm_service_number
                                            WHERE company_id = %(company)s AND document = %(document)s
                                              AND series = %(series)s AND number IS NOT NULL)) AS number) first
                           ) following) tried
             WHERE tried.name != ALL(%(taken)s)
               AND (SELECT 1 FROM crm_service_number
                     WHERE name = tried.name AND company_id = %(company)s AND document = %(document)s) IS NULL
               -- a subquery for each, which the index answers; what the documents are named already is no hindrance
               AND (SELECT 1 FROM %(table)s d
                     WHERE d.%(field)s = tried.name AND d.company_id = %(company)s AND d.id != ALL(%(ids)s)
                     LIMIT 1) IS NULL
             LIMIT %(count)s
            RETURNING name
            """,
            company=company.id, document=documents._name, series=series.text, prefix=series.prefix,
            suffix=series.suffix, padding=series.padding, step=series.step, floor=series.floor, lock=lock,
            highest=HIGHEST, taken=taken, table=SQL.identifier(documents._table), field=field, ids=documents.ids,
            count=count), log_exceptions=False)
        return [name for [name] in self.env.cr.fetchall()]

    @api.model
    def _enter(self, model, rows):
        """Enter numbers that were given, so that none of them is drawn; those that are there already stay as they are.

        :param model: model of the documents
        :param rows: list of (company, name, Series or None); with a series, it goes on after that number
        """
        values = {
            (name, company.id): (series.text, series.find(name)) if series and series.find(name) else (None, None)
            for company, name, series in rows if name}
        if values:
            self.env.cr.execute(SQL(
                """INSERT INTO crm_service_number (document, name, company_id, series, number) VALUES %s
                   ON CONFLICT DO NOTHING""",
                SQL(", ").join(
                    SQL("(%s, %s, %s, %s, %s)", model._name, *key, *value) for key, value in values.items())))

    @api.model
    def _get_series_of(self, model, company, names):
        """The series in which numbers stand that were drawn or moved in: {name: text of the series}."""
        return dict(self.env.execute_query(SQL(
            """SELECT name, series FROM crm_service_number
                WHERE name = ANY(%s) AND company_id = %s AND document = %s AND number IS NOT NULL""",
            list(names), company.id, model._name)))

    @api.model
    def _get_highest(self, keys):
        """The highest number of each of some series, of whatever documents.

        :param keys: (company id, text of a series)
        :return: {(company id, text): number}, without those that have none
        """
        if not keys:
            return {}
        return {(company_id, text): number for company_id, text, number in self.env.execute_query(SQL(
            """SELECT company_id, series, max(number) FROM crm_service_number
                WHERE (company_id, series) IN %s AND number IS NOT NULL GROUP BY company_id, series""",
            tuple(keys)))}


class CrmNumberedMixin(models.AbstractModel):
    """Documents with numbers of a series that has no gaps, by company and year."""

    _name = "crm.numbered.mixin"
    _description = "Has a Number"

    _number_field = "name"

    def _draw_numbers(self, sequence, company, day, count, take=None):
        """Draw the next numbers of a sequence: by the highest one drawn, past those that were written by hand.

        The last lock of a transaction: it lasts until its end, and others who draw of the series wait for it.
        Whoever draws of several series draws them in the order of their prefixes.

        :param self: the documents that get the numbers, as far as they exist
        :param sequence: ir.sequence, which says how the numbers look and with which they begin
        :param day: the date that decides the year
        :param count: how many
        :param take: function of the list of numbers that writes them, where a number that somebody else has just
            written by hand would hurt a unique index; called again with others then
        :return: list of numbers, in order
        """
        if not count:
            return []
        # sudo: sequences are a system user's, and the register is nobody's to write
        series = sequence.sudo()._get_series(day)
        return self.env["crm.service.number"]._draw(self, company, series, count, take)
