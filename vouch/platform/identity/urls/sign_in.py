"""The door. Names are allauth's, which it looks for."""

from __future__ import annotations

from django.urls import path

from vouch.platform.identity.views import account, second_factor, sign_in, single_sign_on

urlpatterns = [
    # Only the doors that staff need: nobody signs up, and nobody resets a password by mail.
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-in/second-step/", sign_in.second_step, name="mfa_authenticate"),
    path("sign-in/passkey/", sign_in.passkey, name="mfa_login_webauthn"),
    path("sign-out/", sign_in.sign_out, name="account_logout"),
    path("account/password/", account.password, name="account_change_password"),
    path("account/confirm/", second_factor.confirm_password, name="account_reauthenticate"),
    path("account/confirm/code/", second_factor.confirm_code, name="mfa_reauthenticate"),
    path("account/confirm/key/", second_factor.confirm_key, name="mfa_reauthenticate_webauthn"),
    path("account/second-factor/", second_factor.factors, name="mfa_index"),
    path("account/second-factor/app/", second_factor.activate_app, name="mfa_activate_totp"),
    path("account/second-factor/app/remove/", second_factor.remove_app, name="mfa_deactivate_totp"),
    path("account/second-factor/keys/new/", second_factor.add_key, name="mfa_add_webauthn"),
    path("account/second-factor/keys/<int:pk>/", second_factor.rename_key, name="mfa_edit_webauthn"),
    path("account/second-factor/keys/<int:pk>/remove/", second_factor.remove_key, name="mfa_remove_webauthn"),
    path("account/second-factor/codes/", second_factor.codes, name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new/", second_factor.new_codes, name="mfa_generate_recovery_codes"),
    path("account/second-factor/codes/file/", second_factor.codes_file, name="mfa_download_recovery_codes"),
    # Answers 404 where no single sign-on is set up.
    path("sign-in/<slug:provider_id>/start/", single_sign_on.start, name="openid_connect_login"),
    path("sign-in/<slug:provider_id>/back/", single_sign_on.back, name="openid_connect_callback"),
]
