"""Serve the login page, where a browser sends its token once and receives a cookie."""

from __future__ import annotations

import re
from html import escape
from urllib.parse import parse_qs, quote

PATH = "/login"
MAX_BYTES = 4_096

_LOCAL = re.compile(r"/(?![/\\])[^\x00-\x20\\]*")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Sanad</title>
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">
<style>
:root{{--accent:#0f766e}}@media(prefers-color-scheme:dark){{:root{{--accent:#5eead4}}}}
body{{font:17px/1.6 system-ui,"Segoe UI","Noto Sans","Noto Sans Arabic",sans-serif;
max-width:26rem;margin:18vh auto 0;padding:0 1.2rem}}
h1{{font-size:1.5rem;margin:0 0 1rem}}label{{display:block;margin-block-end:.4rem}}
input,button{{font:inherit;width:100%;box-sizing:border-box;padding:.55rem .8rem;
border-radius:.6rem;border:1px solid #8886}}
button{{margin-block-start:.8rem;background:var(--accent);color:Canvas;border:0;cursor:pointer}}
[role=alert]{{color:#b91c1c}}@media(prefers-color-scheme:dark){{[role=alert]{{color:#fca5a5}}}}
</style>
<main><h1>Sanad <bdi lang="ar">سند</bdi></h1>{alert}
<form method="post" action="{action}">
<label for="token">This server asks for its token. <bdi lang="ar">هذا الخادم يطلب رمزه.</bdi></label>
<input id="token" name="token" type="password" dir="ltr" required autofocus autocomplete="current-password">
<button>Open <bdi lang="ar">فتح</bdi></button>
</form></main></html>
"""
_ALERT = '<p role="alert">That is not the token. <bdi lang="ar">ليس هذا هو الرمز.</bdi></p>'


def page(then: str, *, wrong: bool = False) -> bytes:
    """Return the login form.

    Args:
        then: local address to redirect to.
        wrong: whether a wrong token was sent.
    """
    action = f"{PATH}?then={quote(then, safe='')}"
    return _PAGE.format(alert=_ALERT if wrong else "", action=escape(action)).encode()


def target(query: bytes) -> str:
    """Return the address to redirect to: a path of this server, whatever the query says."""
    then = parse_qs(query.decode("latin-1")).get("then", ["/"])[0]
    return then if _LOCAL.fullmatch(then) and then.isascii() else "/"


def token(body: bytes) -> str:
    """Return the token of a submitted form."""
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=5)
    except ValueError:  # more fields than the form has
        return ""
    return fields.get("token", [""])[0].strip()
