"""Paths and methods of the WaveSpeed surface."""

from starlette.routing import BaseRoute, Route

from providers.sandbox.emulator import Emulator
from providers.sandbox.wavespeed import media, reading, submit
from providers.sandbox.wavespeed.gate import Endpoint
from providers.sandbox.wavespeed.predictions import Predictions


def routes(emulator: Emulator) -> list[BaseRoute]:
    """The routes below `/wavespeed`; the model's own path comes last, because it may be anything."""
    made = Predictions(emulator.store, emulator.clock)

    def at(path: str, methods: list[str], endpoint: Endpoint) -> Route:
        return Route(path, endpoint, methods=methods)

    return [
        at("/media/{name}", ["GET"], Endpoint(emulator, made, "download", media.download, public=True)),
        at("/put/{name}", ["PUT"], Endpoint(emulator, made, "files_upload", media.put, public=True)),
        at("/api/v3/media/upload/binary", ["POST"], Endpoint(emulator, made, "files_upload", media.upload_binary)),
        at("/api/v3/media/uploads", ["POST"], Endpoint(emulator, made, "files_upload", media.open_upload)),
        at("/api/v3/predictions", ["GET", "POST"], Endpoint(emulator, made, "predictions_list", reading.listing)),
        at("/api/v3/predictions/{id}/result", ["GET"], Endpoint(emulator, made, "prediction_query", reading.result)),
        at("/api/v3/predictions/{id}", ["GET"], Endpoint(emulator, made, "prediction_query", reading.result)),
        at("/api/v3/balance", ["GET"], Endpoint(emulator, made, "balance", reading.balance)),
        at("/api/v3/models", ["GET"], Endpoint(emulator, made, "models", reading.models)),
        at("/api/v3/model/price", ["POST"], Endpoint(emulator, made, "model_price", reading.price)),
        at("/api/v3/webhook/secret", ["GET"], Endpoint(emulator, made, "webhook_secret", reading.secret)),
        at("/api/v3/{model:path}/stream", ["POST"],
           Endpoint(emulator, made, submit.operation_of, submit.stream, streaming=True)),
        at("/api/v3/{model:path}", ["POST"], Endpoint(emulator, made, submit.operation_of, submit.submit)),
    ]  # fmt: skip
