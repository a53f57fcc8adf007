"""nchan: nginx's module for streams, over Redis. One nginx serves the streams; another, as another process of the desk
would, publishes.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import orjson

from tests.bench.load.streams import HOST
from tests.bench.peers.peer import Peer, Scene, delta, get
from tests.bench.peers.process import PeerProcess

# Where administrators' programs are, which is not on everybody's path.
_PATH = os.pathsep.join((os.environ.get("PATH", os.defpath), "/usr/sbin", "/usr/local/sbin"))


class NchanPeer(Peer):
    """Two nginx of one worker each."""

    name = "nchan"
    kind = "sse"
    # nchan's greeting: a comment.
    ready = ": hi"

    def __init__(self, scene: Scene) -> None:
        def command(folder: Path, port: int) -> Sequence[str]:
            return _command(folder, port, scene.redis.port)

        self._serving = PeerProcess(command)
        self._publishing = PeerProcess(command)

    @classmethod
    @cache
    def missing(cls) -> str | None:
        """Why it cannot run here, or None."""
        if shutil.which("nginx", path=_PATH) is None:
            return "nginx is not installed"
        with tempfile.TemporaryDirectory() as folder:
            test = [*_command(Path(folder), 1, 1), "-t"]
            if subprocess.run(test, capture_output=True, check=False).returncode != 0:
                return "nginx has no nchan module (Debian: libnginx-mod-nchan)"
        return None

    def start(self) -> None:
        self._serving.start()

    def start_publisher(self) -> None:
        self._publishing.start()

    def close(self) -> None:
        self._publishing.close()
        self._serving.close()

    @property
    def pid(self) -> int:
        return self._serving.pid

    @property
    def port(self) -> int:
        return self._serving.port

    def stream_request(self, session: str) -> bytes:
        return get(f"/events/{session}")

    @property
    def publish_port(self) -> int:
        return self._publishing.port

    def publication(self, session: str) -> bytes:
        return _publication(session)

    def post(self, session: str) -> bytes:
        return _publication(session)


def _publication(session: str) -> bytes:
    data = orjson.dumps(delta(session, 1))
    head = f"POST /publish/{session} HTTP/1.1\r\nHost: {HOST}\r\nContent-Length: {len(data)}\r\n\r\n"
    return head.encode() + data


def _command(folder: Path, port: int, redis_port: int) -> Sequence[str]:
    nginx = shutil.which("nginx", path=_PATH)
    assert nginx is not None
    configuration = folder / "nginx.conf"
    temporary = "".join(
        f"  {kind}_temp_path {folder}/{kind};\n" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    configuration.write_text(
        _CONFIGURATION % {"folder": folder, "temporary": temporary, "port": port, "redis": redis_port}
    )
    return [nginx, "-e", str(folder / "error.log"), "-c", str(configuration)]


# A buffer of a few messages: nchan hands a message over through its store.
_CONFIGURATION = """
load_module modules/ngx_nchan_module.so;
daemon off;
worker_processes 1;
worker_rlimit_nofile 20000;
pid %(folder)s/nginx.pid;
events { worker_connections 18000; }
http {
%(temporary)s
  access_log off;
  keepalive_requests 1000000000;
  nchan_shared_memory_size 256M;
  upstream desk { nchan_redis_server redis://127.0.0.1:%(redis)s; }
  server {
    listen 127.0.0.1:%(port)s backlog=4096;
    location = /health { return 200; }
    location ~ ^/events/(.+)$ {
      nchan_subscriber eventsource;
      nchan_channel_id $1;
      nchan_subscriber_first_message newest;
      nchan_redis_pass desk;
    }
    location ~ ^/publish/(.+)$ {
      nchan_publisher http;
      nchan_channel_id $1;
      nchan_message_buffer_length 100;
      nchan_message_timeout 60s;
      nchan_redis_pass desk;
    }
  }
}
"""
