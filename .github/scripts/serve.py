#!/usr/bin/env python3
"""Serves the built site on 127.0.0.1 with the right MIME types."""

import argparse
import functools
import http.server
import sys


class Handler(http.server.SimpleHTTPRequestHandler):
    extensions_map = {
        **http.server.SimpleHTTPRequestHandler.extensions_map,
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".json": "application/json",
        ".wasm": "application/wasm",
        ".onnx": "application/octet-stream",
    }

    def end_headers(self):
        # The site is rebuilt often while one works on it.
        self.send_header("Cache-Control", "no-cache")
        # They let the page share memory between threads.
        self.send_header("Cross-Origin-Opener-Policy", "same-origin")
        self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
        # An isolated page of another origin may show the page in a frame.
        is_page = self.path.partition("?")[0].endswith(("/", ".html"))
        policy = "cross-origin" if is_page else "same-origin"
        self.send_header("Cross-Origin-Resource-Policy", policy)
        if self.path.partition("?")[0].endswith("/widget.js"):
            # A module that pages of other origins take.
            self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_):
        pass


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder")
    parser.add_argument("--port", type=int, default=8080)
    arguments = parser.parse_args()
    handler = functools.partial(Handler, directory=arguments.folder)
    try:
        server = http.server.ThreadingHTTPServer(("127.0.0.1", arguments.port), handler)
    except OSError as error:
        sys.exit(f"port {arguments.port} cannot be used ({error.strerror}); try: make run PORT=8081")
    print(f"the page is at http://127.0.0.1:{arguments.port}/ (end with Ctrl-C)", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        print()


if __name__ == "__main__":
    main()
