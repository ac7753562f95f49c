"""A small OpenID provider on a real port: discovery, keys, authorisation code with PKCE, signed identity tokens.

What it says can be bent for a test: ``claims`` are put into the token, ``issuer_says``, ``audience``, ``key`` and ``algorithm``
are those of a provider that is wrong or false; ``moved`` are paths from which it sends callers on.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, CLIENT_SECRET = "vouch", "a-secret-of-the-two"


class Provider:
    """Start it, point the settings at ``issuer``; ``codes`` are those that it gave and nobody has used."""

    def __init__(self) -> None:
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.published = self.key
        self.claims: dict[str, Any] = {"sub": "u-1001", "preferred_username": "wangfang"}
        self.audience, self.algorithm = CLIENT_ID, "RS256"
        self.expires_in = 300
        self.gives_token = True
        self.moved: frozenset[str] = frozenset()
        self.codes: dict[str, dict[str, str]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.issuer = self.issuer_says = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def authorise(self, query: dict[str, str]) -> str:
        """The person has said yes; returns where the browser is sent back to."""
        assert query["response_type"] == "code"
        assert query["client_id"] == CLIENT_ID
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?code={code}&state={query['state']}"

    def redeem(self, form: dict[str, str]) -> dict[str, Any] | None:
        """A code for a token, once, from whom it was made for; None for anybody else."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
            .rstrip(b"=")
            .decode()
        )
        if asked is None or asked["code_challenge"] != challenge:
            return None
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return None
        if asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        answer: dict[str, Any] = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer"}
        if self.gives_token:
            answer["id_token"] = self.token()
        return answer

    def token(self) -> str:
        now = int(time.time())
        body = {
            "iss": self.issuer_says,
            "aud": self.audience,
            "iat": now,
            "exp": now + self.expires_in,
            **self.claims,
        }
        key: Any = CLIENT_SECRET * 4 if self.algorithm == "HS256" else self.key
        return jwt.encode(body, key, algorithm=self.algorithm, headers={"kid": "one"})

    def documents(self) -> dict[str, Any]:
        public = jwt.algorithms.RSAAlgorithm.to_jwk(self.published.public_key(), as_dict=True)
        return {
            "/.well-known/openid-configuration": {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorise",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"],
            },
            "/keys": {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]},
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
                if path == "/authorise":
                    self.send_response(302)
                    self.send_header(
                        "Location", provider.authorise({name: value[0] for name, value in query.items()})
                    )
                    self.end_headers()
                elif path in provider.moved:
                    self.send_response(302)
                    self.send_header("Location", f"/moved{path}")
                    self.end_headers()
                else:
                    self._say(provider.documents().get(path.removeprefix("/moved")))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._say(provider.redeem({name: value[0] for name, value in parse_qs(body).items()}))

            def _say(self, what: dict[str, Any] | None) -> None:
                self.send_response(200 if what is not None else 400)
                self.send_header("Content-Type", "application/json")
                self.end_headers()
                self.wfile.write(json.dumps(what or {"error": "invalid_grant"}).encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
                pass

        return Handler
