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

        It says so in a header of its own (RFC 8601), which it puts before those that came with the e-mail.

        :param message: the e-mail, as email.message.EmailMessage
        """
        header = " ".join((message.get("Authentication-Results") or "").split()).lower()
        # what is quoted or in brackets may be the sender's own words
        results = [part.strip() for part in re.sub(r'"[^"]*"|\([^()]*\)', "", header).split(";")]
        domain = email_domain_extract(message_dict.get("email_from") or "")
        found = {part.split("=")[0]: part for part in results if re.match(r"(?:dmarc|dkim|spf)=pass\b", part)}
        if not domain or any(part.startswith("dmarc=fail") for part in results):
            return False
        if "dmarc" in found:
            return True
        names = re.findall(
            r"\b(?:header\.[di]|smtp\.mailfrom)=(?:[^\s@]*@)?([\w.-]+)(?=\s|$)",
            " ".join(found.get(method, "") for method in ("dkim", "spf")))
        return any(name == domain or name.endswith(f".{domain}") for name in names)
