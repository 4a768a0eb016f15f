"""A module that has whatever is imported from it, for packages that others import and never use."""

import importlib.abc
import importlib.machinery
import sys
import types


class Anything(type):
    """A class with every attribute, so that it can be a base class, an enumeration or a table of functions."""

    def __getattr__(cls, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name, (), {})


class StandIn(types.ModuleType):
    __version__ = "0.28.0"
    __path__ = []

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything(name, (), {})


def replace(package):
    """Makes `import PACKAGE` and that of all its modules give stand-ins."""

    class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
        def find_spec(self, name, path=None, target=None):
            return importlib.machinery.ModuleSpec(name, self, is_package=True) if name.split(".")[0] == package else None

        def create_module(self, spec):
            return StandIn(spec.name)

        def exec_module(self, module):
            pass

    sys.meta_path.insert(0, Finder())
