"""The pages of the documentation, shown by the Jupyter server itself: they need no network and fit what is installed."""

from pathlib import Path

from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

# The place that the pages were built for (Documentation/build.py).
PLACE = "/gyrus/docs/"


class DocumentationHandler(web.StaticFileHandler, JupyterHandler):
    """Gives the files beside the `gyrus` command that the kernelspec names."""

    def initialize(self):
        super().initialize(path="", default_filename="index.html")

    @web.authenticated
    async def get(self, path, include_body=True):
        try:
            kernel = self.kernel_spec_manager.get_kernel_spec("gyrus")
        except KeyError:
            raise web.HTTPError(404, "The kernel gyrus is not installed here") from None
        self.root = str(Path(kernel.argv[0]).parent.parent / "lib/gyrus/docs")
        self.allowed_symlink_directory = self.root
        return await super().get(path, include_body=include_body)

    @classmethod
    def get_content(cls, abspath, start=None, end=None):
        """Pages name the folder that they are in, which a hub puts elsewhere."""
        if not abspath.endswith(".html"):
            return super().get_content(abspath, start, end)
        return cls.page(abspath)

    @classmethod
    def page(cls, file):
        return Path(file).read_bytes().replace(PLACE.encode(), cls.base.encode())

    def get_content_size(self):
        if not self.absolute_path.endswith(".html"):
            return super().get_content_size()
        return len(self.page(self.absolute_path))


def _jupyter_server_extension_points():
    return [{"module": "gyrus_jupyter.documentation"}]


def _load_jupyter_server_extension(app):
    base = url_path_join(app.web_app.settings["base_url"], PLACE)
    handler = type("DocumentationHandler", (DocumentationHandler,), {"base": base})
    app.web_app.add_handlers(".*$", [(base + "(.*)", handler)])
