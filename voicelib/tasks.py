"""Background work of the voice library: take ids, call one flow. The rows are the work; ticks find what was missed."""

from __future__ import annotations

from celery import shared_task

from accounts import clock
from voicelib.flows import activation, checks, cloning, deletion, digests, drift, purges, revivals, sample_uploads


@shared_task
def keepalive_tick() -> None:
    """Everything whose business time has come."""
    activation.keepalive_tick(at=clock.now())


@shared_task
def clone_tick() -> None:
    """Clones and previews that wait for a try."""
    cloning.clone_tick()


@shared_task
def clone_home(provider_voice_id: str, claim: str = "") -> None:
    """One clone."""
    cloning.clone_home(provider_voice_id=provider_voice_id, claim=claim)


@shared_task
def keep_home(provider_voice_id: str, claim: str = "") -> None:
    """One call that keeps a voice."""
    activation.keep_home(provider_voice_id=provider_voice_id, claim=claim)


@shared_task
def delete_tick() -> None:
    """Deletions at providers that wait for a try."""
    deletion.delete_tick()


@shared_task
def delete_home(deletion_id: str) -> None:
    """One deletion."""
    deletion.delete_home(deletion_id=deletion_id)


@shared_task
def check_tick() -> None:
    """Voices of which somebody doubts that they still exist."""
    checks.check_tick(at=clock.now())


@shared_task
def check_home(provider_voice_id: str, claim: str = "") -> None:
    """One check."""
    checks.check_home(provider_voice_id=provider_voice_id, claim=claim)


@shared_task
def scan_tick() -> None:
    """Provider accounts whose list is due to be compared with ours."""
    drift.scan_tick(at=clock.now())


@shared_task
def scan_account(account_id: str) -> None:
    """One comparison."""
    drift.scan_account(account_id=account_id)


@shared_task
def purge_tick() -> None:
    """Recordings that are to be deleted."""
    purges.purge_tick()


@shared_task
def purge_files(purge_id: str) -> None:
    """The recordings of one purge."""
    purges.purge_files(purge_id=purge_id)


@shared_task
def revive_tick() -> None:
    """Voices that ended and are to be cloned again."""
    revivals.revive_tick(at=clock.now())


@shared_task
def revive_home(provider_voice_id: str) -> None:
    """One of them."""
    revivals.revive_home(provider_voice_id=provider_voice_id)


@shared_task
def digest_tick() -> None:
    """Daily digests whose time has come."""
    digests.digest_tick(at=clock.now())


@shared_task
def sweep_uploads() -> None:
    """Recordings that were sent and never confirmed."""
    sample_uploads.sweep_uploads()
