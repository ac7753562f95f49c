"""Addresses of messages."""

from __future__ import annotations

from django.urls import path

from vouch.platform.courier.views import channels, log, messages, texts

app_name = "courier"
urlpatterns = [
    path("", messages.messages, name="messages"),
    path("read/", messages.read_all, name="read_all"),
    path("settings/", messages.own_settings, name="settings"),
    path("channels/", channels.channels, name="channels"),
    path("channels/new/<slug:kind>/", channels.new_channel, name="new_channel"),
    path("channels/<int:pk>/", channels.channel, name="channel"),
    path("channels/<int:pk>/act/", channels.act, name="channel_act"),
    path("texts/", texts.texts, name="texts"),
    path("texts/<str:name>/", texts.text, name="text"),
    path("texts/<str:name>/preview/", texts.preview, name="preview"),
    path("deliveries/", log.deliveries, name="deliveries"),
    path("deliveries/<uuid:pk>/", log.delivery, name="delivery"),
    path("deliveries/<uuid:pk>/retry/", log.retry, name="retry"),
    path("<uuid:pk>/", messages.message, name="message"),
    path("<uuid:pk>/read/", messages.read, name="read"),
]
