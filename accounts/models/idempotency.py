"""Answers remembered under an Idempotency-Key, so that a repeated request costs nothing."""

from __future__ import annotations

from django.db import models

from accounts import clock
from accounts.ids import ID_LENGTH
from accounts.models.token import Token


class IdempotentRequest(models.Model):
    id = models.BigAutoField(primary_key=True)
    token = models.ForeignKey(Token, models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    # Method, path and body: the same key with another request is a mistake that is told.
    fingerprint = models.CharField(max_length=64)
    started_at = models.DateTimeField(default=clock.real_now)
    # Who runs it now; a claim left behind by a crash is taken over after the lease.
    claim = models.CharField(max_length=ID_LENGTH)
    finished_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True)
    # What the answer said beside its body, e.g. what it cost.
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["token", "key"], name="one_request_per_token_and_key")]
        indexes = [models.Index(fields=["started_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return self.key
