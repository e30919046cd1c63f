"""Lets Keras download the ImageNet weights of one architecture into KERAS_HOME.

Run as a process of its own by sources.py, which can end it when it hangs.
"""

import importlib
import signal
import sys
import urllib.request

import quiet  # noqa: F401  before TensorFlow

import keras

CONNECT_SECONDS = 15


def main(architecture):
    module = importlib.import_module(f"keras.src.applications.{architecture.lower()}")
    # An alarm without a handler ends the process even inside a name look-up.
    signal.alarm(CONNECT_SECONDS)
    probe = urllib.request.Request(module.WEIGHTS_PATH, method="HEAD")
    urllib.request.urlopen(probe, timeout=CONNECT_SECONDS).close()
    signal.alarm(0)
    getattr(keras.applications, architecture)(weights="imagenet")


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Exception as error:  # the parent shows the last line to the user
        reason = getattr(error, "reason", error)
        sys.exit(f"{type(error).__name__}: {reason}")
