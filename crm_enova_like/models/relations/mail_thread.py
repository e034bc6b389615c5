import re

from odoo import api, models
from odoo.tools import email_domain_extract

SENDER_VERIFIED = "crm_sender_verified"    # among the values of a new event, as far as its e-mail is read


class MailThread(models.AbstractModel):
    """Whether an e-mail is from whom it says, as far as the mail server that received it knows."""

    _inherit = "mail.thread"

    @api.model
    def message_route(self, message, message_dict, model=None, thread_id=None, custom_values=None):
        routes = super().message_route(message, message_dict, model, thread_id, custom_values)
        verified = None
        for index, (route_model, route_id, values, *rest) in enumerate(routes):
            if route_model == "crm.event" and not route_id:
                if verified is None:
                    verified = self._is_sender_verified(message, message_dict)
                routes[index] = (route_model, route_id, {**(values or {}), SENDER_VERIFIED: verified}, *rest)
        return routes

    @api.model
    def _is_sender_verified(self, message, message_dict):
        """Whether the receiving mail server found that an e-mail is of its sender's domain.

        It says so in a header with its own name (RFC 8601), which it puts before those that came with the e-mail. Which
        name that is a system parameter says; without it no header is trusted, since a sender may have written it.

        :param message: the e-mail, as email.message.EmailMessage
        """
        servers = self._get_trusted_mail_servers()
        # handed in by somebody else than our mail gateway, all of it may be his own words
        if not servers or not (self.env.su or self.env.user._is_system()):
            return False
        server, *results = self._split_mail_results(str(message.get("Authentication-Results") or ""))
        domain = email_domain_extract(message_dict.get("email_from") or "")
        # a number may follow: the version of the header
        if not domain or server.partition(" ")[0] not in servers or any(
                part.startswith("dmarc=fail") for part in results):
            return False
        named = {
            (part.partition("=")[0], name) for part in results if re.match(r"(?:dmarc|dkim|spf)=pass\b", part)
            for name in re.findall(
                r"\s(?:header\.(?:from|d|i)|smtp\.mailfrom)=(?:[^\s@=]*@)?([\w.-]+)(?=\s|$)", part)}
        # dmarc is of the sender's very domain; the others of it, or of one below
        return any(
            name == domain or method != "dmarc" and name.endswith(f".{domain}") for method, name in named)

    @api.model
    def _split_mail_results(self, header):
        """The parts of a header with a mail server's results: its name, and what it found.

        What is quoted or in brackets may be the sender's own words, and is left out.
        """
        text = re.sub(r"\\.", "", " ".join(header.split()).lower())
        while (plain := re.sub(r'"[^"]*"|\([^()]*\)', "", text)) != text:
            text = plain
        # what does not come out even is not our server's
        return [""] if re.search(r'["()]', text) else [part.strip() for part in text.split(";")]

    @api.model
    def _get_trusted_mail_servers(self):
        """The names (authserv-id) of our mail servers, of which several are separated by commas: set of str."""
        # sudo: whoever fetches the e-mails need not read the parameters
        names = self.env["ir.config_parameter"].sudo().get_param("crm_enova_like.mail_authserv_id") or ""
        return {name.strip().lower() for name in names.split(",") if name.strip()}
