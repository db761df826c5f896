"""The ASGI application: the vendor's surface and the controls, with the vendor's own 404."""

from collections.abc import Collection

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Router

from providers.sandbox import controls
from providers.sandbox.clore.routes import routes as clore_routes
from providers.sandbox.emulator import Emulator
from providers.sandbox.minimax.answers import not_found
from providers.sandbox.minimax.gate import TraceIds
from providers.sandbox.minimax.routes import routes
from providers.sandbox.openai.routes import routes as openai_routes
from providers.sandbox.ppio.routes import routes as ppio_routes
from providers.sandbox.umodelverse.routes import routes as umodelverse_routes
from providers.sandbox.wavespeed.routes import routes as wavespeed_routes


def create_app(emulator: Emulator, *, hosts: Collection[str] = ()) -> Starlette:
    """Serve an emulator. `hosts` are names under which the controls answer, beside the local ones."""
    app = Starlette(
        routes=[
            # A trailing slash is another path to the vendor, not a redirect.
            Mount("/minimax", Router(routes(emulator), redirect_slashes=False)),
            Mount("/ppio", Router(ppio_routes(emulator), redirect_slashes=False)),
            Mount("/umodelverse", Router(umodelverse_routes(emulator), redirect_slashes=False)),
            Mount("/wavespeed", Router(wavespeed_routes(emulator), redirect_slashes=False)),
            Mount("/clore", Router(clore_routes(emulator), redirect_slashes=False)),
            Mount("/openai", Router(openai_routes(emulator), redirect_slashes=False)),
            Mount("/_sandbox", Router(controls.routes(emulator, hosts), redirect_slashes=False)),
        ],
        middleware=[Middleware(TraceIds)],
        exception_handlers={404: _unknown, 405: _unknown},
    )
    app.router.redirect_slashes = False
    return app


async def _unknown(request: Request, error: Exception) -> Response:
    if request.url.path.startswith("/_sandbox"):
        status = error.status_code if isinstance(error, HTTPException) else 404
        return JSONResponse({"error": f"No control answers {request.method} here."}, status_code=status)
    return not_found()
