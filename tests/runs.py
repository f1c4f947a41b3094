"""The same code in processes of its own, with other hash seeds: what it prints must not hang on the order of a set."""
import os
import subprocess
import sys


def printed_in_every_run(code):
    """What it prints; several things where the runs differ."""
    return {subprocess.run([sys.executable, "-c", code], capture_output=True, check=True,
                           env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"}).stdout
            for seed in ("0", "1", "4711")}
