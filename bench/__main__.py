import importlib
import os
import pkgutil
import sys

import django


def main(names: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.base")
    django.setup()
    import bench
    from bench.database import bench_database

    for module in pkgutil.iter_modules(bench.__path__):
        if module.name not in ("__main__", "database"):
            importlib.import_module(f"bench.{module.name}")
    unknown = [name for name in names if name not in bench.FIGURES]
    if unknown:
        print(f"没有这项：{'、'.join(unknown)}；可选：{'、'.join(sorted(bench.FIGURES))}")
        return 2
    is_reached = True
    with bench_database():
        for name in names or sorted(bench.FIGURES):
            for measured in bench.FIGURES[name]():
                print(measured.line(), flush=True)
                is_reached &= measured.is_reached
    return 0 if is_reached else 1


sys.exit(main(sys.argv[1:]))
