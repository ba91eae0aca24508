"""How gunicorn serves the knowledge process: one worker, because only one process may open Chroma."""

from __future__ import annotations

import os
from urllib.parse import urlsplit

bind = urlsplit(os.environ["ADVISER_KNOWLEDGE_URL"]).netloc
workers = 1
worker_class = "gthread"
threads = 8
timeout = 120  # the worker's heartbeat, not a request's time
graceful_timeout = 5
keepalive = 75
accesslog = None
errorlog = "-"
control_socket_disable = True  # nobody steers this process but its supervisor
