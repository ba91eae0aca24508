"""How gunicorn serves the web process: one worker whose lanes and limits live in memory, many threads."""

from __future__ import annotations

import os

bind = f"{os.environ.get('ADVISER_HOST') or '127.0.0.1'}:{os.environ.get('ADVISER_PORT') or '8080'}"
workers = 1
worker_class = "gthread"
threads = 64  # a turn may wait 20 s for the dialogue; chat/lanes.py keeps some of these free for all else
timeout = 120  # the worker's heartbeat, not a request's time
graceful_timeout = 22  # a turn under way may end
keepalive = 15
accesslog = None  # web/logs.py notes requests without addresses
errorlog = "-"
control_socket_disable = True  # nobody steers this process but its supervisor
